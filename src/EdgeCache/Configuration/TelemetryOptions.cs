namespace EdgeCache.Configuration;

/// <summary>What the node tells of itself, and where.</summary>
internal sealed record TelemetryOptions
{
    /// <summary>Whether each request to the pull listener is one JSON line on standard output.</summary>
    public bool AccessLog { get; init; } = true;

    /// <summary>A listener of its own for <c>/metrics</c>, besides the admin listener's; empty: none.</summary>
    public IReadOnlyList<ListenAddress> MetricsListen { get; init; } = [];

    /// <summary>An OTLP collector that metrics are pushed to; null: none.</summary>
    public Uri? OtlpEndpoint { get; init; }
}
