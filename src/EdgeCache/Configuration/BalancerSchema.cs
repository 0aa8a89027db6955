using System.Net;

namespace EdgeCache.Configuration;

/// <summary>The keys of the section <c>EdgeCache:Balancer</c>.</summary>
internal static class BalancerSchema
{
    /// <summary>What the names of the section's keys begin with.</summary>
    public const string Prefix = "Balancer:";

    private const int MaxNetworks = 256;

    private static ValueKind<IPNetwork> Network { get; } = new(
        "a network such as 10.0.0.0/8 or fd00::/8",
        (string text, out IPNetwork value) => IPNetwork.TryParse(text.Trim(), out value),
        value => value.ToString());

    // Below the kind: initializers run in the order they are written.
    public static IEnumerable<OptionKey<EdgeCacheOptions>> Keys { get; } =
    [
        new ListOptionKey<EdgeCacheOptions, ListenAddress>(Prefix + "Listen", (ValueKinds.Listen, 1, OptionsSchema.MaxAddresses),
            o => o.Balancer.Listen, (o, v) => o with { Balancer = o.Balancer with { Listen = v } },
            "Where clients pull from through a balancer.") { Flag = "--listen" },
        new ListOptionKey<EdgeCacheOptions, ListenAddress>(Prefix + "RedirectListen", (ValueKinds.Listen, 0, OptionsSchema.MaxAddresses),
            o => o.Balancer.RedirectListen, (o, v) => o with { Balancer = o.Balancer with { RedirectListen = v } },
            "Where the balancer's clients are sent on to a node for blobs; needs Fleet:Secret.") { Flag = "--redirect-listen" },
        new ListOptionKey<EdgeCacheOptions, IPNetwork>(Prefix + "RedirectNetworks", (Network, 0, MaxNetworks),
            o => o.Balancer.RedirectNetworks, (o, v) => o with { Balancer = o.Balancer with { RedirectNetworks = v } },
            "Clients who are sent on at any of the balancer's listeners; needs Fleet:Secret."),
        Single("MaxLoad", ValueKinds.Factor(1.05, 100), b => b.MaxLoad, (b, v) => b with { MaxLoad = v },
            "How far above the mean of all nodes one may be with its requests in flight, before the next in a digest's ranking is asked."),
        Single("Attempts", ValueKinds.Count(1, 10), b => b.Attempts, (b, v) => b with { Attempts = v },
            "How many nodes one request is sent to in all, before its answer begins."),
        Single("MaxRequests", ValueKinds.Count(1, 1_000_000), b => b.MaxRequests, (b, v) => b with { MaxRequests = v },
            "Requests at once through the balancer; one more gets 503."),
    ];

    private static SingleOptionKey<EdgeCacheOptions, T> Single<T>(
        string name, ValueKind<T> kind, Func<BalancerOptions, T?> get, Func<BalancerOptions, T, BalancerOptions> with, string meaning) =>
        new(Prefix + name, kind, o => get(o.Balancer), (o, v) => o with { Balancer = with(o.Balancer, v) }, meaning);
}
