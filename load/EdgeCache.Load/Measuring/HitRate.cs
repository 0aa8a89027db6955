namespace EdgeCache.Load.Measuring;

/// <summary>Which share of what clients got did not come from upstream for them.</summary>
/// <param name="ByCount">Of GETs of manifests and blobs.</param>
/// <param name="ByBytes">Of their bodies' bytes.</param>
internal readonly record struct HitRate(double ByCount, double ByBytes)
{
    /// <summary>Null where nothing was asked for. Below 0 where more came than was given on.</summary>
    public static HitRate? Of(double gets, double upstreamGets, double bytes, double upstreamBytes) =>
        gets > 0 && bytes > 0 ? new HitRate(1 - (upstreamGets / gets), 1 - (upstreamBytes / bytes)) : null;

    public static HitRate? Of(in NodeCounts nodes) => Of(nodes.Gets, nodes.Misses, nodes.ServedBytes, nodes.OriginBytes);

    /// <summary>The greater of the two distances.</summary>
    public double DistanceTo(in HitRate other) => Math.Max(Math.Abs(ByCount - other.ByCount), Math.Abs(ByBytes - other.ByBytes));
}
