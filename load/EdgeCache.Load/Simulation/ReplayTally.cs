namespace EdgeCache.Load.Simulation;

/// <summary>How many of some requests were hits, by count and by bytes.</summary>
internal readonly record struct ReplayTally(long Requests, long Hits, long Bytes, long HitBytes)
{
    public double ByCount => Requests == 0 ? 0 : (double)Hits / Requests;

    public double ByBytes => Bytes == 0 ? 0 : (double)HitBytes / Bytes;

    /// <summary>Of both, the smaller.</summary>
    public double Of(RateKind kind) => kind switch { RateKind.Bytes => ByBytes, RateKind.Count => ByCount, _ => Math.Min(ByCount, ByBytes) };

    public static ReplayTally operator +(in ReplayTally left, in ReplayTally right) =>
        new(left.Requests + right.Requests, left.Hits + right.Hits, left.Bytes + right.Bytes, left.HitBytes + right.HitBytes);

    public ReplayTally With(long sizeBytes, bool isHit) =>
        new(Requests + 1, Hits + (isHit ? 1 : 0), Bytes + sizeBytes, HitBytes + (isHit ? sizeBytes : 0));
}
