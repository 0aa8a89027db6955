namespace EdgeCache.Load.Measuring;

/// <summary>What the .NET runtime of the node has counted since its start, from the Prometheus text of its admin listener.</summary>
/// <param name="Collections">Garbage collections of all generations.</param>
/// <param name="Contentions">How often a thread had to wait for a monitor.</param>
internal readonly record struct RuntimeCounts(double AllocatedBytes, double Collections, double Contentions, double GcPauseSeconds)
{
    /// <param name="metricsText">The text format; lines of other metrics are passed over.</param>
    public static RuntimeCounts Parse(string metricsText) => new(
        MetricsText.Sum(metricsText, "dotnet_gc_heap_total_allocated_bytes_total"),
        MetricsText.Sum(metricsText, "dotnet_gc_collections_total"),
        MetricsText.Sum(metricsText, "dotnet_monitor_lock_contentions_total"),
        MetricsText.Sum(metricsText, "dotnet_gc_pause_time_seconds_total"));

    public static RuntimeCounts operator -(RuntimeCounts left, RuntimeCounts right) => new(
        left.AllocatedBytes - right.AllocatedBytes,
        left.Collections - right.Collections,
        left.Contentions - right.Contentions,
        left.GcPauseSeconds - right.GcPauseSeconds);
}
