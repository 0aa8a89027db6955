namespace EdgeCache.Fleet;

/// <summary>
/// What a redirected client shows the node it was sent to, in the query: that a balancer of this fleet has let it ask for this path, now. Clients drop their
/// credentials where the host changes. Pure.
/// </summary>
internal static class PullTicket
{
    public const string Parameter = "edgecache-ticket";

    /// <summary>What a path begins with that a ticket is for.</summary>
    public const string Root = "/v2/";

    /// <summary>From the redirect to the request that follows it, clocks apart.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <param name="path">As the node will see it, from <see cref="Root"/> on, without a query.</param>
    /// <returns>The path with its ticket.</returns>
    public static string AddTo(string path, FleetSecret secret, DateTimeOffset now) =>
        $"{path}?{Parameter}={SignedStamp.Create(secret, SecretPurpose.Ticket, path, now)}";

    public static bool IsValid(string path, ReadOnlySpan<char> ticket, FleetSecret secret, DateTimeOffset now) =>
        SignedStamp.IsValid(secret, SecretPurpose.Ticket, path, ticket, now, Lifetime);
}
