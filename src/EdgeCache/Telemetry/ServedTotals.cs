namespace EdgeCache.Telemetry;

/// <summary>What a node has served to clients.</summary>
/// <param name="Requests">Answered requests for manifests and blobs.</param>
/// <param name="Hits">Those that needed no bytes from elsewhere.</param>
/// <param name="SentBytes">Of all bodies.</param>
/// <param name="HitBytes">Of the hits' bodies.</param>
internal readonly record struct ServedTotals(long Requests, long Hits, long SentBytes, long HitBytes)
{
    public ServedTotals With(long requests, long bytes, bool isHit) =>
        new(Requests + requests, Hits + (isHit ? requests : 0), SentBytes + bytes, HitBytes + (isHit ? bytes : 0));
}
