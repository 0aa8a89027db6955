using System.Text.RegularExpressions;
using EdgeCache.Core.Caching;
using EdgeCache.Origin;

namespace EdgeCache.Configuration;

/// <summary>The keys of one upstream in the list <c>EdgeCache:Upstreams</c>.</summary>
internal static class UpstreamSchema
{
    /// <summary>The key of the list.</summary>
    public const string List = "Upstreams";

    /// <summary>The most upstreams a node knows: the list is a label of metrics.</summary>
    public const int MaxUpstreams = 100;

    private const int MaxHosts = 64;

    public static ValueKind<string> UpstreamName { get; } = ValueKinds.Text(
        "a name of lower-case letters, digits, dots, dashes and underscores, with an optional port, at most 128 characters",
        128, text => Matches(text, "^[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:[0-9]{1,5})?$"));

    public static ValueKind<TimeSpan> Age { get; } = ValueKinds.Duration(TimeSpan.Zero, TimeSpan.FromDays(365));

    private static ValueKind<string> HostName { get; } = ValueKinds.Text(
        "a host name without port", 253, text => Matches(text, "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"));

    private static ValueKind<string> HostAndPort { get; } = ValueKinds.Text(
        "a host name with an optional port", 259, text => Matches(text, "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$"));

    private static ValueKind<string> TagPattern { get; } = ValueKinds.Text(
        "a pattern of tags with * and ?, or of repository:tag", 384, text => Matches(text, @"^[A-Za-z0-9_./*?-]+(:[A-Za-z0-9_.*?-]+)?$"));

    // Below the kinds: initializers run in the order they are written.
    public static IReadOnlyList<OptionKey<UpstreamDraft>> Keys { get; } = [.. Identity(), .. Credentials(), .. Tags(), .. Outages(), .. Transport()];

    private static IEnumerable<OptionKey<UpstreamDraft>> Identity() =>
    [
        Single("Name", UpstreamName, o => o.Name, (o, v) => o with { Name = v },
            "The name that ns=, a path prefix and the cache use, such as docker.io."),
        Several("Endpoints", (ValueKinds.Endpoint, 1, 16), o => o.Endpoints, (o, v) => o with { Endpoints = v },
            "Where it is reached, in order of preference."),
        Single("SendNamespace", ValueKinds.Switch, o => o.SendNamespace, (o, v) => o with { SendNamespace = v },
            "Whether requests to the endpoints carry ns= with the name, as those to another EdgeCache node should."),
        Several("Hosts", (HostName, 0, MaxHosts), o => o.Hosts, (o, v) => o with { Hosts = v },
            "Host names of this node whose requests mean this upstream."),
    ];

    private static IEnumerable<OptionKey<UpstreamDraft>> Credentials() =>
    [
        Single("Username", ValueKinds.Text("at most 255 characters without a colon", 255, text => !text.Contains(':')),
            o => o.Username, (o, v) => o with { Username = v }, "The user for basic and token authentication."),
        new SingleOptionKey<UpstreamDraft, string>("Password", ValueKinds.Text("at most 64 KiB of text", 64 << 10),
            d => d.Options.Password, (d, v) => d with { Options = d.Options with { Password = v } },
            "The password or token; or use PasswordFile.") { IsSecret = true },
        new SingleOptionKey<UpstreamDraft, string>("PasswordFile", ValueKinds.ReadableFile,
            d => d.PasswordFile, (d, v) => d with { PasswordFile = v }, "A file with the password; a line end at its end is dropped."),
        new SingleOptionKey<UpstreamDraft, string>("DockerConfigFile", ValueKinds.ReadableFile,
            d => d.DockerConfigFile, (d, v) => d with { DockerConfigFile = v }, "A Docker config.json with the credentials in its auths."),
        Single("CaFile", ValueKinds.ReadableFile, o => o.CaFile, (o, v) => o with { CaFile = v },
            "PEM file of certificates that are trusted besides the system's."),
        Several("TokenRealms", (HostAndPort, 0, MaxHosts), o => o.TokenRealms, (o, v) => o with { TokenRealms = v },
            "Hosts that a token realm may name besides the endpoint's own domain."),
        Single("AllowPrivateAddresses", ValueKinds.Switch, o => o.AllowPrivateAddresses, (o, v) => o with { AllowPrivateAddresses = v },
            "Whether redirects and token realms may lead to loopback and private addresses."),
    ];

    private static IEnumerable<OptionKey<UpstreamDraft>> Tags() =>
    [
        Single("TagFreshness", Age, o => o.TagFreshness, (o, v) => o with { TagFreshness = v },
            "How long a tag is served without asking upstream."),
        Single("StaleIfError", Age, o => o.StaleIfError, (o, v) => o with { StaleIfError = v },
            "How long after that a tag is served while the upstream fails."),
        Single("NotFoundFreshness", ValueKinds.Duration(TimeSpan.Zero, TimeSpan.FromSeconds(30)), o => o.NotFoundFreshness,
            (o, v) => o with { NotFoundFreshness = v }, "How long its 404 is believed, and so how late a new tag may be seen that was asked for before."),
        Several("ImmutableTags", (TagPattern, 0, 256), o => o.ImmutableTags, (o, v) => o with { ImmutableTags = v },
            "Patterns of tags that never move."),
    ];

    private static IEnumerable<OptionKey<UpstreamDraft>> Outages() =>
    [
        Single("Offline", ValueKinds.Switch, o => o.Offline, (o, v) => o with { Offline = v },
            "Whether nothing is asked of it: what is held is served at any age, and nothing else."),
        Outage("Unreachable", c => c.Unreachable, (c, v) => c with { Unreachable = v },
            "While it cannot be reached or does not answer in time: serve what is held (for StaleIfError), pass the failure on, or fail with a 503 at once."),
        Outage("ServerError", c => c.ServerError, (c, v) => c with { ServerError = v }, "The same while it answers 5xx, or what cannot be used."),
        Outage("RateLimited", c => c.RateLimited, (c, v) => c with { RateLimited = v }, "The same while it limits the rate (429)."),
        Outage("Denied", c => c.Denied, (c, v) => c with { Denied = v }, "The same while it refuses this cache's credentials (401, 403)."),
        Outage("NotFound", c => c.NotFound, (c, v) => c with { NotFound = v },
            "The same for a tag that it no longer has; unless the 404 is passed on, what is held is not forgotten."),
        Single("RateLimitReserve", ValueKinds.Share(0, 0.9), o => o.RateLimitReserve, (o, v) => o with { RateLimitReserve = v },
            "The share of its rate limit that is kept for clients that wait for what is not held."),
    ];

    private static IEnumerable<OptionKey<UpstreamDraft>> Transport() =>
    [
        Single("ConnectTimeout", Milliseconds(100, 300_000), o => o.ConnectTimeout, (o, v) => o with { ConnectTimeout = v },
            "The time to connect, TLS included."),
        Single("HeaderTimeout", Milliseconds(100, 600_000), o => o.HeaderTimeout, (o, v) => o with { HeaderTimeout = v },
            "The time from the request to the answer's headers."),
        Single("StallTimeout", Milliseconds(100, 600_000), o => o.StallTimeout, (o, v) => o with { StallTimeout = v },
            "The longest wait for the next byte of a body."),
        Single("MinRate", ValueKinds.Bytes(0, 1L << 30), o => o.MinBytesPerSecond, (o, v) => o with { MinBytesPerSecond = v },
            "Bytes a second, over StallTimeout, below which a body counts as broken off; 0 for none."),
        Single("MaxConnections", ValueKinds.Count(1, 10_000), o => o.MaxConnections, (o, v) => o with { MaxConnections = v },
            "Connections at once to one endpoint."),
    ];

    private static SingleOptionKey<UpstreamDraft, OutageAction> Outage(
        string name, Func<OutageContract, OutageAction> get, Func<OutageContract, OutageAction, OutageContract> with, string meaning) =>
        Single("Outage:" + name, ValueKinds.Choice<OutageAction>(), o => get(o.Outage), (o, v) => o with { Outage = with(o.Outage, v) }, meaning);

    private static ValueKind<TimeSpan> Milliseconds(int least, int most) =>
        ValueKinds.Duration(TimeSpan.FromMilliseconds(least), TimeSpan.FromMilliseconds(most));

    // The patterns are linear and the texts bounded; the non-backtracking engine makes that certain.
    private static bool Matches(string text, string pattern) => Regex.IsMatch(text, pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static SingleOptionKey<UpstreamDraft, T> Single<T>(
        string name, ValueKind<T> kind, Func<UpstreamOptions, T?> get, Func<UpstreamOptions, T, UpstreamOptions> with, string meaning) =>
        new(name, kind, d => get(d.Options), (d, v) => d with { Options = with(d.Options, v) }, meaning);

    private static ListOptionKey<UpstreamDraft, T> Several<T>(
        string name,
        (ValueKind<T> Kind, int Least, int Most) values,
        Func<UpstreamOptions, IReadOnlyList<T>> get,
        Func<UpstreamOptions, IReadOnlyList<T>, UpstreamOptions> with,
        string meaning) =>
        new(name, values, d => get(d.Options), (d, v) => d with { Options = with(d.Options, v) }, meaning);
}
