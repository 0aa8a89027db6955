namespace EdgeCache.Load.Processes;

/// <summary>What an origin was asked so far, and what it sent.</summary>
/// <param name="Failures">Errors of the origin itself: above 0 the figures say nothing.</param>
/// <param name="ContentGets">GETs of manifests and blobs that it has answered with content.</param>
/// <param name="ContentBytes">Body bytes of GETs of manifests and blobs.</param>
internal sealed record OriginCounts(int BlobGets, int ManifestGets, int Requests, long BodyBytes, int Failures, long ContentGets, long ContentBytes)
{
    public static OriginCounts operator -(OriginCounts left, OriginCounts right) => new(
        left.BlobGets - right.BlobGets,
        left.ManifestGets - right.ManifestGets,
        left.Requests - right.Requests,
        left.BodyBytes - right.BodyBytes,
        left.Failures - right.Failures,
        left.ContentGets - right.ContentGets,
        left.ContentBytes - right.ContentBytes);
}
