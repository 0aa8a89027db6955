namespace EdgeCache.Demo;

/// <summary>What one pull came to, as seen by the client.</summary>
/// <param name="Requests">Manifests and blobs that were asked for.</param>
/// <param name="Hits">Answers whose Cache-Status says "hit".</param>
/// <param name="Verified">Bodies whose digest was computed and matched.</param>
public sealed record PullReport(TimeSpan Elapsed, int Requests, int Hits, int Verified, long Bytes)
{
    public int Misses => Requests - Hits;
}
