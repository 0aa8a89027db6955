using System.Net.Http.Headers;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Origin;

/// <summary>What a fill asks, independent of the endpoint: from it a fresh request is made for every attempt. Immutable.</summary>
/// <param name="Tail">What follows the repository's name in the path.</param>
internal sealed record OriginQuestion(OriginKind Kind, HttpMethod Method, string Tail)
{
    public string? Accept { get; init; }

    /// <summary>The digest whose quoted text is sent as If-None-Match; none sends nothing.</summary>
    public Digest IfNoneMatch { get; init; }

    /// <summary>Beyond the beginning, an open-ended Range.</summary>
    public ResumePoint From { get; init; }

    /// <summary>How many endpoints are asked at most.</summary>
    public int MaxAttempts { get; init; } = EndpointPool.MaxAttempts;

    /// <summary>What it may spend.</summary>
    public FetchPriority Priority { get; init; }

    /// <summary>Whether it counts against a pull quota (PROTOCOL 3).</summary>
    public bool Spends => Kind == OriginKind.Manifest && Method == HttpMethod.Get;

    public HttpRequestMessage ToRequest(UpstreamEndpoint endpoint, RepositoryName repository)
    {
        var request = OriginRequests.Create(Method, endpoint.UriOf(repository, Tail), Accept);
        if (!IfNoneMatch.IsNone)
        {
            request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{IfNoneMatch}\""));
        }

        if (From.Offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(From.Offset, null);
            if (From.ETag is { } etag && From.BrokenEndpoint == endpoint.Authority)
            {
                request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue(etag));
            }
        }

        new UpstreamExchange(endpoint, endpoint.PullScope(repository)).AttachTo(request);
        return request;
    }
}
