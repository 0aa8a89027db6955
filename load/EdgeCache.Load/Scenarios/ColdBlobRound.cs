using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>What all clients of one cold blob saw. Null where it is not known.</summary>
/// <param name="UpstreamGets">GETs of blobs that the origin received; 1 is the promise.</param>
/// <param name="Leaders">Clients whose answer says that they started a fill.</param>
/// <param name="LeaderFirstByte">The leader's, or the earliest of all where no answer says who led.</param>
/// <param name="FollowersFirstByte">Of all others.</param>
/// <param name="Total">When the last client had all.</param>
/// <param name="NodeCpu">What the node's process used for the round.</param>
/// <param name="NodePeakBytes">The most memory that the node's process ever had.</param>
internal sealed record ColdBlobRound(
    int Clients,
    long BlobBytes,
    int? UpstreamGets,
    long? UpstreamBytes,
    int Leaders,
    int Collapsed,
    int Hits,
    int Exact,
    TimeSpan LeaderFirstByte,
    Spread FollowersFirstByte,
    TimeSpan Total,
    TimeSpan? NodeCpu,
    long? NodeBytes,
    long? NodePeakBytes,
    TimeSpan DriverCpu)
{
    /// <summary>Whether every client got every byte, of one upstream GET.</summary>
    public bool IsGood => Exact == Clients && UpstreamGets is null or 1;

    /// <summary>How much later than the leader the followers' first bytes came; negative where earlier.</summary>
    public TimeSpan LagP99 => FollowersFirstByte.P99 - LeaderFirstByte;

    public TimeSpan LagMax => FollowersFirstByte.Max - LeaderFirstByte;

    /// <summary>The first error that a client met; null in a good round.</summary>
    public string? Error { get; init; }
}
