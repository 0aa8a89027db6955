namespace EdgeCache.Configuration;

/// <summary>The admin listener: health with details, metrics, later the admin API. Loopback by default (PROMISES, admin API).</summary>
internal sealed record AdminOptions
{
    public IReadOnlyList<ListenAddress> Listen { get; init; } = [ListenAddress.Parse("http://127.0.0.1:5001")];
}
