namespace EdgeCache.Load.Measuring;

/// <summary>What simulated clients did and got.</summary>
/// <param name="UpToDate">Pulls that found that the client had the image already.</param>
/// <param name="NotStarted">Pulls of an open loop that were left out, since too many were in flight for too long.</param>
/// <param name="Requests">Of all kinds that were answered as expected: pings, HEADs, manifests, blobs.</param>
/// <param name="Retries">Further attempts at a request: it was refused or broken off.</param>
/// <param name="Resumes">Those that went on by Range.</param>
/// <param name="Gets">GETs of manifests and blobs that were answered with content.</param>
/// <param name="Bytes">Body bytes of these that arrived.</param>
/// <param name="Hits">Those of the GETs whose Cache-Status says hit.</param>
/// <param name="Collapsed">Those whose Cache-Status says that they waited for another's fill.</param>
internal readonly record struct RunCounts(
    long Pulls,
    long UpToDate,
    long Failures,
    long Mismatches,
    long NotStarted,
    long Requests,
    long Retries,
    long Resumes,
    long Gets,
    long Bytes,
    long Hits,
    long Collapsed)
{
    public static RunCounts operator -(in RunCounts left, in RunCounts right) => new(
        left.Pulls - right.Pulls,
        left.UpToDate - right.UpToDate,
        left.Failures - right.Failures,
        left.Mismatches - right.Mismatches,
        left.NotStarted - right.NotStarted,
        left.Requests - right.Requests,
        left.Retries - right.Retries,
        left.Resumes - right.Resumes,
        left.Gets - right.Gets,
        left.Bytes - right.Bytes,
        left.Hits - right.Hits,
        left.Collapsed - right.Collapsed);
}
