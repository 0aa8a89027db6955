namespace EdgeCache.SharedState;

/// <summary>The times of fill leases.</summary>
internal sealed record LeaseTimes
{
    /// <summary>How long a lease lasts that is not renewed: what a lost holder costs the others.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a node waits for its turn in all; then it fetches beside the others. Below the time that clients wait for a first byte.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(15);
}
