using System.Net;

namespace EdgeCache.Configuration;

/// <summary>
/// The keys of the section <c>EdgeCache</c>: names, ranges, meanings and flags. Whoever adds an option adds it here and in its record, and
/// the reader, the help text, the banner and README's table know it.
/// </summary>
internal static class OptionsSchema
{
    public const string Section = "EdgeCache";

    /// <summary>The most addresses a listener takes.</summary>
    public const int MaxAddresses = 16;

    public static IReadOnlyList<OptionKey<EdgeCacheOptions>> Node { get; } =
        [.. Listeners(), .. Cache(), .. Upstreams(), .. FleetSchema.Keys, .. RedisSchema.Keys, .. BalancerSchema.Keys, .. Limits(), .. DrainAndTelemetry()];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> Listeners() =>
    [
        new ListOptionKey<EdgeCacheOptions, ListenAddress>("Listen", (ValueKinds.Listen, 1, MaxAddresses),
            o => o.Listen, (o, v) => o with { Listen = v }, "Where clients pull from.") { Flag = "--listen" },
        Single("Certificate", ValueKinds.ReadableFile, o => o.Certificate, (o, v) => o with { Certificate = v },
            "PEM file of the certificate and its chain, for https addresses; read again when it changes."),
        Single("CertificateKey", ValueKinds.ReadableFile, o => o.CertificateKey, (o, v) => o with { CertificateKey = v },
            "PEM file of the certificate's private key."),
        Single("InlineCompletions", ValueKinds.Switch, o => o.InlineCompletions, (o, v) => o with { InlineCompletions = v },
            "Whether small hits of HTTP/1 are answered on the threads that wait for sockets: a fifth less CPU for them."),
        new ListOptionKey<EdgeCacheOptions, ListenAddress>("Admin:Listen", (ValueKinds.Listen, 1, MaxAddresses),
            o => o.Admin.Listen, (o, v) => o with { Admin = o.Admin with { Listen = v } },
            "Where health details and metrics are served; keep it private.") { Flag = "--admin" },
    ];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> Cache() =>
    [
        new SingleOptionKey<EdgeCacheOptions, string>("Cache:Path", ValueKinds.Folder,
            o => o.Cache.Path, (o, v) => o with { Cache = o.Cache with { Path = v } },
            "The cache's folder.") { Flag = "--cache" },
        new SingleOptionKey<EdgeCacheOptions, CacheLimit>("Cache:Limit", ValueKinds.CacheLimit,
            o => o.Cache.Limit, (o, v) => o with { Cache = o.Cache with { Limit = v } },
            "How much the cache may hold.") { Flag = "--cache-limit" },
        Single("Cache:MemoryLimit", ValueKinds.Bytes(0, 64L << 30), o => o.Cache.MemoryLimitBytes,
            (o, v) => o with { Cache = o.Cache with { MemoryLimitBytes = v } }, "Memory for copies of small hot objects; 0 for none."),
        Single("Cache:ManifestShare", ValueKinds.Share(0.001, 0.5), o => o.Cache.ManifestShare,
            (o, v) => o with { Cache = o.Cache with { ManifestShare = v } }, "The share of the limit that is kept for manifests."),
        Single("Cache:HighWatermark", ValueKinds.Share(0.1, 1), o => o.Cache.HighWatermark,
            (o, v) => o with { Cache = o.Cache with { HighWatermark = v } }, "The share of the limit at which eviction begins."),
        Single("Cache:LowWatermark", ValueKinds.Share(0.05, 1), o => o.Cache.LowWatermark,
            (o, v) => o with { Cache = o.Cache with { LowWatermark = v } }, "The share of the limit at which eviction ends; below HighWatermark."),
        Single("Cache:MinFree", ValueKinds.FreeSpace, o => o.Cache.MinFree,
            (o, v) => o with { Cache = o.Cache with { MinFree = v } }, "What the cache leaves free on its disk, whatever its limit."),
        Single("Cache:MinFreeFiles", ValueKinds.Share(0, 0.5), o => o.Cache.MinFreeFiles,
            (o, v) => o with { Cache = o.Cache with { MinFreeFiles = v } }, "The share of the disk's files (inodes) that it leaves free."),
        Single("Cache:ScrubPeriod", ValueKinds.Duration(TimeSpan.Zero, TimeSpan.FromDays(365)), o => o.Cache.ScrubPeriod,
            (o, v) => o with { Cache = o.Cache with { ScrubPeriod = v } }, "In which time everything that is stored is compared with its digest once; 0s for never."),
        Single("Cache:ScrubRate", ValueKinds.Bytes(64 << 10, 64L << 30), o => o.Cache.ScrubRateBytes,
            (o, v) => o with { Cache = o.Cache with { ScrubRateBytes = v } }, "The most that is read for that in a second; nor does it take more than 5 % of the time."),
    ];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> Upstreams() =>
    [
        new SingleOptionKey<EdgeCacheOptions, string>("DefaultUpstream", UpstreamSchema.UpstreamName,
            o => o.DefaultUpstream, (o, v) => o with { DefaultUpstream = v },
            "The upstream of requests that name none; where it is not set: docker.io if it is an upstream, else the first.")
        { Flag = "--default-upstream" },
        new SingleOptionKey<EdgeCacheOptions, TimeSpan>("TagFreshness", UpstreamSchema.Age,
            o => o.TagFreshness, (o, v) => o with { TagFreshness = v },
            "How long a tag is served without asking upstream; an upstream can set its own.") { Flag = "--tag-freshness" },
        Single("StaleIfError", UpstreamSchema.Age, o => o.StaleIfError, (o, v) => o with { StaleIfError = v },
            "How long after that a tag is served while its upstream fails; an upstream can set its own."),
        Single("DockerConfigFile", ValueKinds.ReadableFile, o => o.DockerConfigFile, (o, v) => o with { DockerConfigFile = v },
            "A Docker config.json whose auths serve upstreams without credentials of their own."),
        Single("AllowCatalog", ValueKinds.Switch, o => o.AllowCatalog, (o, v) => o with { AllowCatalog = v },
            "Whether /v2/_catalog is forwarded."),
    ];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> Limits() =>
    [
        Limit("MaxConnections", ValueKinds.Count(1, 1_000_000), l => l.MaxConnections, (l, v) => l with { MaxConnections = v },
            "Connections at once; one more gets 503, or is closed. Fewer where the system allows few open files."),
        Limit("MaxRequestHeadersBytes", ValueKinds.Bytes(8 << 10, 1 << 20), l => l.MaxRequestHeadersBytes,
            (l, v) => l with { MaxRequestHeadersBytes = v }, "The size of a request's headers."),
        Limit("MaxRequestHeaderCount", ValueKinds.Count(10, 1000), l => l.MaxRequestHeaderCount,
            (l, v) => l with { MaxRequestHeaderCount = v }, "The number of a request's headers."),
        Limit("HeaderTimeout", Seconds(1, 300), l => l.HeaderTimeout, (l, v) => l with { HeaderTimeout = v },
            "The time a client has to send its headers."),
        Limit("KeepAliveTimeout", Seconds(1, 3600), l => l.KeepAliveTimeout, (l, v) => l with { KeepAliveTimeout = v },
            "How long an idle connection is kept."),
        Limit("ClientStallTimeout", Seconds(1, 600), l => l.ClientStallTimeout, (l, v) => l with { ClientStallTimeout = v },
            "How long a client may take nothing of a body that is ready."),
        Limit("Http2MaxStreams", ValueKinds.Count(1, 1000), l => l.Http2MaxStreams, (l, v) => l with { Http2MaxStreams = v },
            "HTTP/2 streams at once on one connection."),
        Limit("MaxManifestBytes", ValueKinds.Bytes(64 << 10, 64 << 20), l => l.MaxManifestBytes,
            (l, v) => l with { MaxManifestBytes = v }, "A manifest's size."),
        Limit("MaxTokenBytes", ValueKinds.Bytes(4 << 10, 16 << 20), l => l.MaxTokenBytes, (l, v) => l with { MaxTokenBytes = v },
            "The size of an upstream's token answer."),
        Limit("MaxWaitersPerFill", ValueKinds.Count(1, 1_000_000), l => l.MaxWaitersPerFill,
            (l, v) => l with { MaxWaitersPerFill = v }, "Clients that follow one fill; one more gets 503."),
        Limit("MaxConcurrentFills", ValueKinds.Count(1, 100_000), l => l.MaxConcurrentFills,
            (l, v) => l with { MaxConcurrentFills = v }, "Fills at once; one more gets 503."),
        Limit("MaxOrphanFills", ValueKinds.Count(0, 100_000), l => l.MaxOrphanFills, (l, v) => l with { MaxOrphanFills = v },
            "Fills at once that no client reads any more; beyond it the least advanced is dropped, to go on when it is asked for."),
        Limit("OrphanFillRate", ValueKinds.Bytes(0, 1L << 40), l => l.OrphanFillBytesPerSecond,
            (l, v) => l with { OrphanFillBytesPerSecond = v }, "Bytes a second that those fills share; 0 for no limit."),
        Limit("OrphanFillMinShare", ValueKinds.Share(0, 1), l => l.OrphanFillMinShare,
            (l, v) => l with { OrphanFillMinShare = v }, "The share of a blob that must have come for its fill to go on without clients."),
        Limit("MissesPerMinute", ValueKinds.Count(0, 1_000_000), l => l.MissesPerMinute, (l, v) => l with { MissesPerMinute = v },
            "Fills and questions to upstreams that one client may cause in a minute; one more gets 503. 0 for no limit."),
        new ListOptionKey<EdgeCacheOptions, IPNetwork>("Limits:TrustedProxies", (ValueKinds.Network, 0, 64),
            o => o.Limits.TrustedProxies, (o, v) => o with { Limits = o.Limits with { TrustedProxies = v } },
            "Proxies in front of this node, whose X-Forwarded-For says who the client is."),
    ];

    private static IEnumerable<OptionKey<EdgeCacheOptions>> DrainAndTelemetry() =>
    [
        Single("Drain:Delay", Seconds(0, 600), o => o.Drain.Delay, (o, v) => o with { Drain = o.Drain with { Delay = v } },
            "How long a stopping node, not ready already, still accepts."),
        Single("Drain:Timeout", Seconds(0, 86_400), o => o.Drain.Timeout, (o, v) => o with { Drain = o.Drain with { Timeout = v } },
            "How long downloads in flight may take to end after that."),
        Single("Telemetry:AccessLog", ValueKinds.Switch, o => o.Telemetry.AccessLog,
            (o, v) => o with { Telemetry = o.Telemetry with { AccessLog = v } }, "One JSON line a request on standard output."),
        new ListOptionKey<EdgeCacheOptions, ListenAddress>("Telemetry:MetricsListen", (ValueKinds.Listen, 0, MaxAddresses),
            o => o.Telemetry.MetricsListen, (o, v) => o with { Telemetry = o.Telemetry with { MetricsListen = v } },
            "A listener of its own for /metrics, besides the admin listener."),
        Single("Telemetry:OtlpEndpoint", ValueKinds.Endpoint, o => o.Telemetry.OtlpEndpoint,
            (o, v) => o with { Telemetry = o.Telemetry with { OtlpEndpoint = v } }, "An OTLP/gRPC collector that metrics are pushed to."),
        Single("Logging:Level", ValueKinds.Choice<LogLevel>(), o => o.Logging.Level,
            (o, v) => o with { Logging = o.Logging with { Level = v } }, "The least level that is logged, on standard error."),
        Single("Logging:Format", ValueKinds.Choice<LogFormat>(), o => o.Logging.Format,
            (o, v) => o with { Logging = o.Logging with { Format = v } }, "The log's shape: for people, or JSON lines."),
    ];

    private static ValueKind<TimeSpan> Seconds(int least, int most) =>
        ValueKinds.Duration(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));

    private static SingleOptionKey<EdgeCacheOptions, T> Single<T>(
        string name, ValueKind<T> kind, Func<EdgeCacheOptions, T?> get, Func<EdgeCacheOptions, T, EdgeCacheOptions> with, string meaning) =>
        new(name, kind, get, with, meaning);

    private static SingleOptionKey<EdgeCacheOptions, T> Limit<T>(
        string name, ValueKind<T> kind, Func<LimitOptions, T> get, Func<LimitOptions, T, LimitOptions> with, string meaning) =>
        new("Limits:" + name, kind, o => get(o.Limits), (o, v) => o with { Limits = with(o.Limits, v) }, meaning);
}
