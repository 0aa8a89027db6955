using EdgeCache.Fleet;

namespace EdgeCache.Siblings;

/// <summary>What siblings say to each other besides a registry's headers.</summary>
internal static class SiblingHeaders
{
    /// <summary>A signed stamp over method and target. Who sends it is a node of the fleet: it is never sent on to another home.</summary>
    public const string Sibling = "EdgeCache-Sibling";

    /// <summary>Tells a sibling why upstream could not be had, where it should not ask again.</summary>
    public const string Failure = "EdgeCache-Failure";

    public const string RateLimited = "rate_limited";

    /// <summary>RFC 9111, section 5.2.1.7: only what is held.</summary>
    public const string OnlyIfCached = "only-if-cached";

    /// <summary>How long a stamp is good: requests are signed as they are sent.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>Makes a request one of this fleet.</summary>
    /// <param name="target">Path and query, as they are sent.</param>
    public static void Sign(HttpRequestMessage request, string target, FleetSecret secret, DateTimeOffset now) =>
        request.Headers.Add(Sibling, SignedStamp.Create(secret, SecretPurpose.Sibling, TextOf(request.Method.Method, target), now));

    /// <summary>What the stamp signs.</summary>
    public static string TextOf(string method, string target) => $"{method} {target}";
}
