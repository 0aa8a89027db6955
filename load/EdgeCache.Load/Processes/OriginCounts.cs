namespace EdgeCache.Load.Processes;

/// <summary>What an origin was asked so far, and what it sent.</summary>
/// <param name="Failures">Errors of the origin itself: above 0 the figures say nothing.</param>
internal sealed record OriginCounts(int BlobGets, int ManifestGets, int Requests, long BodyBytes, int Failures)
{
    public static OriginCounts operator -(OriginCounts left, OriginCounts right) => new(
        left.BlobGets - right.BlobGets,
        left.ManifestGets - right.ManifestGets,
        left.Requests - right.Requests,
        left.BodyBytes - right.BodyBytes,
        left.Failures - right.Failures);
}
