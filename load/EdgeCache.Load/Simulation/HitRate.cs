namespace EdgeCache.Load.Simulation;

/// <summary>How many of some requests were hits, by count and by bytes.</summary>
internal readonly record struct HitRate(long Requests, long Hits, long Bytes, long HitBytes)
{
    public double ByCount => Requests == 0 ? 0 : (double)Hits / Requests;

    public double ByBytes => Bytes == 0 ? 0 : (double)HitBytes / Bytes;

    /// <summary>Of both, the smaller.</summary>
    public double Of(RateKind kind) => kind switch { RateKind.Bytes => ByBytes, RateKind.Count => ByCount, _ => Math.Min(ByCount, ByBytes) };

    public HitRate With(long sizeBytes, bool isHit) =>
        new(Requests + 1, Hits + (isHit ? 1 : 0), Bytes + sizeBytes, HitBytes + (isHit ? sizeBytes : 0));
}
