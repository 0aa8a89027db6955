using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>What a closed loop on one cached object gave. Null where it is not known.</summary>
/// <param name="Failures">Answers that were not a whole, exact 200.</param>
/// <param name="NotHits">Answers whose Cache-Status says that they were no hit.</param>
/// <param name="NodeRuntime">What the node's runtime counted meanwhile; null also for a run too short to tell.</param>
internal sealed record HitFigures(
    string Object,
    long ObjectBytes,
    int Connections,
    TimeSpan Elapsed,
    long Requests,
    long Failures,
    long NotHits,
    long Bytes,
    TimeSpan LatencyP50,
    TimeSpan LatencyP99,
    TimeSpan LatencyP999,
    TimeSpan LatencyMax,
    TimeSpan? NodeCpu,
    long? NodeBytes,
    RuntimeCounts? NodeRuntime,
    TimeSpan DriverCpu)
{
    public double RequestsPerSecond => Requests / Elapsed.TotalSeconds;

    public double BytesPerSecond => Bytes / Elapsed.TotalSeconds;

    public double? NodeCpuSecondsPer10000Requests => Requests == 0 ? null : NodeCpu?.TotalSeconds * 10_000 / Requests;

    /// <summary>A GB is 10^9 bytes.</summary>
    public double? NodeCpuSecondsPerGB => Bytes == 0 ? null : NodeCpu?.TotalSeconds * 1e9 / Bytes;

    public double? NodeAllocatedBytesPerRequest => Requests == 0 ? null : NodeRuntime?.AllocatedBytes / Requests;

    public bool IsGood => Requests > 0 && Failures == 0 && NotHits == 0;
}
