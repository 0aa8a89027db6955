namespace EdgeCache.Load.Measuring;

/// <summary>What nodes say that they did for clients, from the Prometheus text of their admin listeners: GETs of manifests and blobs alone.</summary>
/// <param name="Gets">Those that were answered.</param>
/// <param name="Misses">Those that started a fetch from upstream.</param>
/// <param name="ServedBytes">Body bytes to clients.</param>
/// <param name="OriginBytes">Body bytes from upstreams.</param>
internal readonly record struct NodeCounts(double Gets, double Misses, double ServedBytes, double OriginBytes)
{
    private static readonly string[] Kinds = ["kind=\"manifest\"", "kind=\"blob\""];

    /// <summary>All but the errors.</summary>
    private static readonly string[] Results = ["hit", "miss", "collapsed", "stale", "revalidated", "linked"];

    public static NodeCounts Parse(string metricsText)
    {
        var counts = default(NodeCounts);
        foreach (var kind in Kinds)
        {
            counts += new NodeCounts(
                Results.Sum(result => CountOf(metricsText, kind, result)),
                CountOf(metricsText, kind, "miss"),
                MetricsText.Sum(metricsText, "edgecache_served_bytes_total", kind, "from=\"client\""),
                MetricsText.Sum(metricsText, "edgecache_origin_bytes_total", kind));
        }

        return counts;
    }

    public static NodeCounts operator +(in NodeCounts left, in NodeCounts right) => new(
        left.Gets + right.Gets, left.Misses + right.Misses, left.ServedBytes + right.ServedBytes, left.OriginBytes + right.OriginBytes);

    public static NodeCounts operator -(in NodeCounts left, in NodeCounts right) => new(
        left.Gets - right.Gets, left.Misses - right.Misses, left.ServedBytes - right.ServedBytes, left.OriginBytes - right.OriginBytes);

    private static double CountOf(string text, string kind, string result) =>
        MetricsText.Sum(text, "edgecache_requests_total", kind, $"result=\"{result}\"", "method=\"get\"", "from=\"client\"");
}
