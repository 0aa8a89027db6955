using EdgeCache.Fleet;

namespace EdgeCache.Configuration;

/// <summary>The keys of the section <c>EdgeCache:Fleet</c>.</summary>
internal static class FleetSchema
{
    private static ValueKind<MemberAddress> MemberUrl { get; } = new(
        MemberAddress.Allowed, (string text, out MemberAddress value) => MemberAddress.TryParse(text, out value), value => value.ToString());

    private static ValueKind<Uri> NodeUrl { get; } = new(
        "an http:// or https:// URL without path, such as http://edge-1:5000",
        (string text, out Uri value) =>
        {
            var isUrl = MemberAddress.TryParse(text, out var address) && !text.Contains(';');
            value = isUrl ? address.Url : new Uri("about:blank");
            return isUrl;
        },
        value => value.GetLeftPart(UriPartial.Authority));

    private static ValueKind<string> Secret { get; } = ValueKinds.Text("at least 32 characters", 4096, text => text.Length >= FleetSecret.MinLength);

    // Below the kinds: initializers run in the order they are written.
    public static IEnumerable<OptionKey<EdgeCacheOptions>> Keys { get; } = [.. Discovery(), .. Trust(), .. Siblings()];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> Discovery() =>
    [
        Single("Self", NodeUrl, f => f.Self, (f, v) => f with { Self = v },
            "Where other nodes, and clients that a balancer redirects, reach this node; as the fleet's other nodes name it."),
        new ListOptionKey<EdgeCacheOptions, MemberAddress>("Fleet:Members", (MemberUrl, 0, FleetOptions.MaxMembers),
            o => o.Fleet.Members, (o, v) => o with { Fleet = o.Fleet with { Members = v } }, "The fleet's nodes; this one may be among them.") { Flag = "--members" },
        Single("Dns", NodeUrl, f => f.Dns, (f, v) => f with { Dns = v },
            "A URL whose host name resolves to every node, such as a headless service of Kubernetes."),
        Single("RefreshInterval", Milliseconds(1000, 600_000), f => f.RefreshInterval, (f, v) => f with { RefreshInterval = v },
            "How often the name is resolved, and presence read from Redis."),
        Single("ProbeInterval", Milliseconds(200, 60_000), f => f.ProbeInterval, (f, v) => f with { ProbeInterval = v },
            "How often every other node is asked whether it is ready."),
        Single("ProbeTimeout", Milliseconds(50, 10_000), f => f.ProbeTimeout, (f, v) => f with { ProbeTimeout = v },
            "How long a node may take to answer that."),
    ];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> Trust() =>
    [
        new SingleOptionKey<EdgeCacheOptions, string>("Fleet:Secret", Secret,
            o => o.Fleet.Secret, (o, v) => o with { Fleet = o.Fleet with { Secret = v } },
            "What the fleet's nodes share: they trust who knows it; or use SecretFile.") { IsSecret = true },
        Single("SecretFile", ValueKinds.ReadableFile, f => f.SecretFile, (f, v) => f with { SecretFile = v },
            "A file with the secret; a line end at its end is dropped."),
        new SingleOptionKey<EdgeCacheOptions, string>("Fleet:AcceptedSecret", Secret,
            o => o.Fleet.AcceptedSecret, (o, v) => o with { Fleet = o.Fleet with { AcceptedSecret = v } },
            "A second secret while the first is changed: who knows it is trusted, and nothing is signed with it; or use AcceptedSecretFile.") { IsSecret = true },
        Single("AcceptedSecretFile", ValueKinds.ReadableFile, f => f.AcceptedSecretFile, (f, v) => f with { AcceptedSecretFile = v },
            "A file with the second secret; a line end at its end is dropped."),
        Single("CaFile", ValueKinds.ReadableFile, f => f.CaFile, (f, v) => f with { CaFile = v },
            "PEM file of certificates that are trusted for other nodes besides the system's."),
    ];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> Siblings() =>
    [
        Single("Siblings", ValueKinds.Switch, f => f.Siblings, (f, v) => f with { Siblings = v },
            "Whether a miss is asked for at the node that is home for it, before upstream; needs Self and Secret."),
        Single("Keep", ValueKinds.Choice<KeepRule>(), f => f.Keep, (f, v) => f with { Keep = v },
            "Whether a node stores what another is home for: Hot from the second request on."),
    ];

    private static ValueKind<TimeSpan> Milliseconds(int least, int most) =>
        ValueKinds.Duration(TimeSpan.FromMilliseconds(least), TimeSpan.FromMilliseconds(most));

    private static SingleOptionKey<EdgeCacheOptions, T> Single<T>(
        string name, ValueKind<T> kind, Func<FleetOptions, T?> get, Func<FleetOptions, T, FleetOptions> with, string meaning) =>
        new("Fleet:" + name, kind, o => get(o.Fleet), (o, v) => o with { Fleet = with(o.Fleet, v) }, meaning);
}
