using System.Globalization;
using System.Net;
using System.Text;
using EdgeCache.Load.Scenarios.Runs;

namespace EdgeCache.Load.Reporting.Html;

/// <summary>A run's report as one page of HTML that needs nothing else: verdicts, figures, plots, settings, machine. Pure.</summary>
internal static class RunPage
{
    private const string Style = """
        :root { color-scheme: light dark; --paper: #fbfbfa; --ink: #1d2129; --dim: #68707d; --grid: #e3e5e9; --card: #fff; --good: #1a7f4b; --bad: #c22f2f;
          --c0: #2563c9; --c1: #d26a00; --c2: #a03398; --c3: #7d8795; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e6e8eb; --dim: #98a1ae; --grid: #2b3038; --card: #1b1f26; --good: #57c98c; --bad: #ff7b72;
          --c0: #6ea8ff; --c1: #ffa94d; --c2: #e08be0; --c3: #98a1ae; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1240px; padding: 24px; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
        h1 { font-size: 22px; margin: 0; } h2 { font-size: 15px; margin: 28px 0 8px; } p { margin: 4px 0; color: var(--dim); }
        ul { list-style: none; padding: 0; margin: 16px 0; } li { padding: 3px 0; } li b { display: inline-block; min-width: 84px; }
        .good { color: var(--good); } .bad { color: var(--bad); } .unknown { color: var(--dim); }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 0 28px; }
        .facts div { display: flex; justify-content: space-between; gap: 12px; border-bottom: 1px solid var(--grid); padding: 3px 0; }
        .facts div span:last-child, td { font-variant-numeric: tabular-nums; } .facts div span:first-child { color: var(--dim); }
        table { border-collapse: collapse; } td, th { text-align: right; padding: 3px 14px 3px 0; border-bottom: 1px solid var(--grid); } td:first-child, th:first-child { text-align: left; } th { color: var(--dim); font-weight: 400; }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 16px; }
        figure { margin: 0; padding: 12px; background: var(--card); border: 1px solid var(--grid); border-radius: 8px; }
        figcaption { font-weight: 600; } svg { width: 100%; height: auto; display: block; }
        .legend { display: flex; flex-wrap: wrap; gap: 2px 14px; color: var(--dim); font-size: 12px; min-height: 18px; } .legend b { color: var(--ink); font-variant-numeric: tabular-nums; } .legend .at { margin-left: auto; }
        .legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; vertical-align: middle; margin-right: 5px; }
        i.s0 { background: var(--c0); } i.s1 { background: var(--c1); } i.s2 { background: var(--c2); } i.s3 { background: var(--c3); }
        .line { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; } path.s0 { stroke: var(--c0); } path.s1 { stroke: var(--c1); } path.s2 { stroke: var(--c2); } path.s3 { stroke: var(--c3); }
        .comparison path.s0 { stroke-width: 4; opacity: .45; }
        .grid { stroke: var(--grid); } .tick, text.mark { fill: var(--dim); font-size: 11px; } .end { text-anchor: end; } .middle { text-anchor: middle; }
        line.mark { stroke: var(--dim); stroke-dasharray: 3 3; } .cursor { stroke: var(--dim); visibility: hidden; }
        """;

    /// <summary>Shows the values under the pointer in the legend.</summary>
    private const string Script = """
        for (const svg of document.querySelectorAll('svg[data-plot]')) {
          const plot = JSON.parse(svg.dataset.plot), cursor = svg.querySelector('.cursor'), legend = svg.previousElementSibling;
          const values = legend.querySelectorAll('b'), at = legend.querySelector('.at');
          svg.addEventListener('pointermove', event => {
            const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()).x;
            let near = 0;
            plot.x.forEach((place, index) => { if (Math.abs(place - x) < Math.abs(plot.x[near] - x)) near = index; });
            values.forEach((value, series) => { value.textContent = plot.y[series][near] ?? ''; });
            at.textContent = plot.t[near] + ' s';
            cursor.setAttribute('x1', plot.x[near]); cursor.setAttribute('x2', plot.x[near]); cursor.style.visibility = 'visible';
          });
          svg.addEventListener('pointerleave', () => { cursor.style.visibility = 'hidden'; at.textContent = ''; values.forEach(value => { value.textContent = ''; }); });
        }
        """;

    public static string Of(LoadReport report, RunFigures figures)
    {
        var page = new StringBuilder();
        var title = string.Create(CultureInfo.InvariantCulture, $"{figures.Settings.Scenario}, {report.Started:yyyy-MM-dd HH:mm} UTC");
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>{Text(title)}</title>\n<style>\n{Style}\n</style></head><body>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Text(title)}</h1>\n<p>load -- {Text(report.CommandLine)}</p>\n<p>{Text(report.Machine.ToString())}</p>\n");
        AppendVerdicts(page, figures);
        AppendFacts(page, "The whole run", RunTable.Facts(figures));
        AppendLatencies(page, figures.Total);
        page.Append(CultureInfo.InvariantCulture, $"<h2>Over time</h2>\n<p>A point is a window of {figures.Samples.Select(sample => sample.Length.TotalSeconds).DefaultIfEmpty(1).Average():0.#} s; hit rates are of the last {RunPlots.HitRateWindows} windows. Driver, origin and nodes share the machine.</p>\n<div class=\"plots\">\n");
        foreach (var plot in RunPlots.Of(figures).Where(plot => plot.Series.Any(series => series.Values.Any(value => value is not null))))
        {
            page.Append(SvgPlot.Draw(plot));
        }

        page.Append("</div>\n");
        AppendFacts(page, "Settings", SettingsOf(figures.Settings));
        return page.Append(CultureInfo.InvariantCulture, $"<script>\n//<![CDATA[\n{Script}\n//]]>\n</script>\n</body></html>\n").ToString();
    }

    private static void AppendVerdicts(StringBuilder page, RunFigures figures)
    {
        page.Append("<ul>\n");
        foreach (var verdict in figures.Verdicts)
        {
            var (name, word) = verdict.IsGood switch { true => ("good", "good"), false => ("bad", "NOT GOOD"), null => ("unknown", "not judged") };
            page.Append(CultureInfo.InvariantCulture, $"<li><b class=\"{name}\">{word}</b> {Text(verdict.Name)}: {Text(verdict.Text)}</li>\n");
        }

        foreach (var (error, count) in figures.Errors)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><b class=\"bad\">{count} ×</b> {Text(error)}</li>\n");
        }

        page.Append("</ul>\n");
    }

    private static void AppendFacts(StringBuilder page, string title, IEnumerable<(string Name, string Value)> facts)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2>\n<div class=\"facts\">\n");
        foreach (var (name, value) in facts)
        {
            page.Append(CultureInfo.InvariantCulture, $"<div><span>{Text(name)}</span><span>{Text(value)}</span></div>\n");
        }

        page.Append("</div>\n");
    }

    private static void AppendLatencies(StringBuilder page, RunSample total)
    {
        page.Append("<h2>Latencies, ms</h2>\n<table>\n<tr><th></th><th>count</th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th></tr>\n");
        foreach (var (name, latencies) in RunTable.Latencies(total))
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(name)}</td>{string.Concat(RunTable.CellsOf(latencies).Select(cell => $"<td>{cell}</td>"))}</tr>\n");
        }

        page.Append("</table>\n");
    }

    private static IEnumerable<(string Name, string Value)> SettingsOf(RunSettings settings) =>
        from property in typeof(RunSettings).GetProperties()
        select (property.Name, Convert.ToString(property.GetValue(settings), CultureInfo.InvariantCulture) is { Length: > 0 } value ? value : "default");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
