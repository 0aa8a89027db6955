namespace EdgeCache.Load.Measuring;

/// <summary>What a report says of a histogram.</summary>
internal readonly record struct LatencyPercentiles(long Count, TimeSpan P50, TimeSpan P90, TimeSpan P99, TimeSpan P999, TimeSpan Max)
{
    public static LatencyPercentiles Of(LatencyHistogram histogram) => new(
        histogram.Count,
        histogram.Percentile(0.5),
        histogram.Percentile(0.9),
        histogram.Percentile(0.99),
        histogram.Percentile(0.999),
        histogram.Max);
}
