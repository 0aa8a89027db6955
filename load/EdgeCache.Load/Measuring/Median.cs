namespace EdgeCache.Load.Measuring;

/// <summary>The middle of a few numbers. Pure.</summary>
internal static class Median
{
    /// <summary>The mean of the middle two where their count is even; NaN where there are none.</summary>
    public static double Of(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
