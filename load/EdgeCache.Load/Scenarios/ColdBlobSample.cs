using EdgeCache.Load.Http;

namespace EdgeCache.Load.Scenarios;

/// <summary>What one client of a cold blob saw. Times count from the common start.</summary>
/// <param name="IsExact">200, the whole length, and the digest where it was computed.</param>
internal readonly record struct ColdBlobSample(
    TimeSpan FirstByte, TimeSpan Total, long Bytes, int Status, CacheAnswer Cache, bool IsExact, string? Error);
