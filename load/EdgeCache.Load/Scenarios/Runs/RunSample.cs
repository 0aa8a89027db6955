using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>One window of a run. Null where it is not known.</summary>
/// <param name="At">The window's end, from the run's start on.</param>
/// <param name="Clients">What clients did and got in the window.</param>
/// <param name="UpstreamGets">GETs of manifests and blobs that the origin answered with content in the window.</param>
/// <param name="UpstreamBytes">Their bodies.</param>
/// <param name="Nodes">What the nodes say of the window; it may be a second old, but for the whole run's.</param>
/// <param name="Usage">At the window's end.</param>
/// <param name="InFlight">Pulls at the window's end.</param>
internal sealed record RunSample(
    TimeSpan At,
    TimeSpan Length,
    RunCounts Clients,
    LatencyPercentiles Pulls,
    LatencyPercentiles Requests,
    long? UpstreamGets,
    long? UpstreamBytes,
    NodeCounts? Nodes,
    NodeUsage? Usage,
    int InFlight)
{
    /// <summary>Upstream's counters against what clients got.</summary>
    public HitRate? Outside => UpstreamGets is { } gets && UpstreamBytes is { } bytes ? HitRate.Of(Clients.Gets, gets, Clients.Bytes, bytes) : null;

    /// <summary>What the nodes claim.</summary>
    public HitRate? Inside => Nodes is { } nodes ? HitRate.Of(nodes) : null;
}
