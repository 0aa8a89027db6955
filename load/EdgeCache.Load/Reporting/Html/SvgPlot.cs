using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace EdgeCache.Load.Reporting.Html;

/// <summary>Draws a plot as SVG, with its values beside it for the page's script. Pure.</summary>
internal static class SvgPlot
{
    private const int Width = 560;
    private const int Height = 220;
    private const int Left = 52;
    private const int Right = 14;
    private const int Top = 12;
    private const int Bottom = 26;

    public static string Draw(Plot plot)
    {
        var known = plot.Series.SelectMany(series => series.Values).OfType<double>().ToList();
        var end = plot.Seconds.DefaultIfEmpty(1).Max();
        var across = PlotScale.Linear(end, end);
        var upright = plot.IsLogarithmic && known.Any(value => value > 0)
            ? PlotScale.Logarithmic(known.Where(value => value > 0).Min(), known.Max())
            : PlotScale.Linear(known.DefaultIfEmpty(1).Max(), plot.Max);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<figure{(plot.IsComparison ? " class=\"comparison\"" : string.Empty)}><figcaption>{WebUtility.HtmlEncode(plot.Title)}</figcaption>");
        AppendLegend(svg, plot);
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(plot.Title)}\" data-plot=\"{WebUtility.HtmlEncode(Data(plot, across))}\">");
        AppendAxes(svg, across, upright);
        foreach (var mark in plot.Marks)
        {
            var x = X(across, mark.At.TotalSeconds);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"mark\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"mark\" x=\"{x + 3:0.#}\" y=\"{Top + 9}\">{WebUtility.HtmlEncode(mark.Name)}</text>");
        }

        for (var series = 0; series < plot.Series.Count; series++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"line s{series}\" d=\"{Path(plot, plot.Series[series], across, upright)}\"/>");
        }

        return svg.Append(CultureInfo.InvariantCulture, $"<line class=\"cursor\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/></svg></figure>\n").ToString();
    }

    private static void AppendLegend(StringBuilder svg, Plot plot)
    {
        svg.Append("<div class=\"legend\">");
        for (var series = 0; series < plot.Series.Count; series++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<span><i class=\"s{series}\"></i>{WebUtility.HtmlEncode(plot.Series[series].Name)} <b></b></span>");
        }

        svg.Append("<span class=\"at\"></span></div>");
    }

    private static void AppendAxes(StringBuilder svg, PlotScale across, PlotScale upright)
    {
        foreach (var tick in upright.Ticks)
        {
            var y = Y(upright, tick);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick end\" x=\"{Left - 6}\" y=\"{y + 4:0.#}\">{PlotScale.Label(tick)}</text>");
        }

        foreach (var tick in across.Ticks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick middle\" x=\"{X(across, tick):0.#}\" y=\"{Height - 8}\">{PlotScale.Label(tick)} s</text>");
        }
    }

    /// <summary>A new line begins after each gap; a point alone is drawn as a dot by its round end.</summary>
    private static string Path(Plot plot, PlotSeries series, PlotScale across, PlotScale upright)
    {
        var path = new StringBuilder();
        var isOpen = false;
        for (var point = 0; point < plot.Seconds.Count; point++)
        {
            if (series.Values[point] is not { } value)
            {
                isOpen = false;
                continue;
            }

            path.Append(CultureInfo.InvariantCulture, $"{(isOpen ? 'L' : 'M')}{X(across, plot.Seconds[point]):0.#} {Y(upright, value):0.#}");
            if (!isOpen)
            {
                path.Append("h0");
            }

            isOpen = true;
        }

        return path.ToString();
    }

    /// <summary>The points' places on the drawing, and the values as texts.</summary>
    private static string Data(Plot plot, PlotScale across) => JsonSerializer.Serialize(new
    {
        x = plot.Seconds.Select(second => Math.Round(X(across, second), 1)),
        t = plot.Seconds.Select(second => Math.Round(second)),
        y = plot.Series.Select(series => series.Values.Select(value => value is { } known ? PlotScale.Label(known) : string.Empty)),
    });

    private static double X(PlotScale across, double value) => Left + (across.Place(value) * (Width - Left - Right));

    private static double Y(PlotScale upright, double value) => Height - Bottom - (upright.Place(value) * (Height - Top - Bottom));
}
