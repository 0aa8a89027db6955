using System.Globalization;

namespace EdgeCache.Load.Reporting.Html;

/// <summary>Where values lie between the two ends of an axis, and which of them are labelled. Immutable.</summary>
internal sealed class PlotScale
{
    private const int WantedTicks = 5;

    private readonly double _min;
    private readonly double _max;
    private readonly bool _isLogarithmic;

    private PlotScale(double min, double max, bool isLogarithmic, IReadOnlyList<double> ticks) => (_min, _max, _isLogarithmic, Ticks) = (min, max, isLogarithmic, ticks);

    public IReadOnlyList<double> Ticks { get; }

    /// <summary>From zero to a round number that is not below the greatest value.</summary>
    /// <param name="max">The end itself, above 0, where it is known.</param>
    public static PlotScale Linear(double greatest, double? max = null)
    {
        var needed = max ?? (greatest > 0 ? greatest : 1);
        var decade = Math.Pow(10, Math.Floor(Math.Log10(needed / WantedTicks)));
        var step = decade * new[] { 1.0, 2, 5, 10 }.First(factor => factor * decade >= needed / WantedTicks * 0.999);
        var count = max is null ? (int)Math.Ceiling((needed / step) - 1e-6) : (int)Math.Floor((needed / step) + 1e-6);
        return new PlotScale(0, max ?? count * step, false, [.. Enumerable.Range(0, count + 1).Select(tick => tick * step)]);
    }

    /// <summary>From a power of ten to another.</summary>
    /// <param name="least">Above 0.</param>
    public static PlotScale Logarithmic(double least, double greatest)
    {
        var first = (int)Math.Floor(Math.Log10(least) + 1e-9);
        var last = Math.Max(first + 1, (int)Math.Ceiling(Math.Log10(greatest) - 1e-9));
        return new PlotScale(first, last, true, [.. Enumerable.Range(first, last - first + 1).Select(power => Math.Pow(10, power))]);
    }

    /// <summary>From 0 to 1; what is outside is moved to the end.</summary>
    public double Place(double value)
    {
        var number = !_isLogarithmic ? value : value > 0 ? Math.Log10(value) : _min;
        return Math.Clamp((number - _min) / (_max - _min), 0, 1);
    }

    /// <summary>Three digits at most, with k and M for thousands and millions.</summary>
    public static string Label(double value) => Math.Abs(value) switch
    {
        >= 1e6 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
