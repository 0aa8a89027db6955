using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>One image, pulled by all clients at once, in one round. Null where it is not known.</summary>
/// <param name="IsCold">The first round of an image.</param>
/// <param name="Requests">Manifests and blobs that all clients asked for; each was verified.</param>
/// <param name="Hits">Answers whose Cache-Status says hit.</param>
/// <param name="UpstreamBytes">Bodies that the origin sent.</param>
internal sealed record PullFigures(
    string Image,
    int Round,
    int Clients,
    bool IsCold,
    Spread Times,
    long Requests,
    long Hits,
    long Bytes,
    int? UpstreamRequests,
    long? UpstreamBytes,
    TimeSpan? NodeCpu)
{
    public double HitRate => Requests == 0 ? 0 : (double)Hits / Requests;

    /// <summary>Clients whose pull failed.</summary>
    public int Failures { get; init; }

    /// <summary>The first failure's message.</summary>
    public string? Error { get; init; }
}
