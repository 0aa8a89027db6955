namespace EdgeCache.Configuration;

/// <summary>The node's own log, which goes to standard error: standard output carries the contract's lines and the access log.</summary>
internal sealed record LoggingOptions
{
    public LogLevel Level { get; init; } = LogLevel.Information;

    public LogFormat Format { get; init; } = LogFormat.Simple;
}
