using System.Net;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Routing;

namespace EdgeCache.Telemetry;

/// <summary>One line of the access log, before it is formatted: a copy of what it needs, so that the request may go.</summary>
internal readonly record struct AccessLogEntry
{
    public required DateTimeOffset Time { get; init; }

    public required IPAddress? Client { get; init; }

    public required string Method { get; init; }

    public required OciRouteKind? Kind { get; init; }

    /// <summary>The path without its query; only where the target is no route of ours.</summary>
    public string? Path { get; init; }

    public RepositoryKey Repository { get; init; }

    public Reference Reference { get; init; }

    public required int Status { get; init; }

    public long SentBytes { get; init; }

    public TimeSpan Duration { get; init; }

    public CacheResult Result { get; init; }

    public string Reason { get; init; }

    public string? UserAgent { get; init; }

    public string RequestId { get; init; }

    public string? TraceId { get; init; }
}
