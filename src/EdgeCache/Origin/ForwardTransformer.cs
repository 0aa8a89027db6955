using System.Globalization;
using System.Net.Http.Headers;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeCache.Origin;

/// <summary>
/// One attempt to forward: builds the upstream's request afresh, judges the answer, and lets through what is known of it. One for each attempt;
/// afterwards it tells what came.
/// </summary>
internal sealed class ForwardTransformer : HttpTransformer
{
    // tags/list and _catalog are plain JSON, referrers an index.
    private const string Accept = "application/json, " + MediaTypes.OciIndex;

    private static readonly string[] PassedHeaders = ["Content-Type", "OCI-Filters-Applied"];

    private readonly UpstreamEndpoint _endpoint;
    private readonly ForwardRequest _request;
    private readonly Uri _uri;
    private readonly string _scope;
    private readonly Func<Stream, Stream> _guardBody;
    private readonly ForwardLimits _limits;

    /// <param name="guardBody">Wraps the body that is let through.</param>
    public ForwardTransformer(
        UpstreamEndpoint endpoint, ForwardRequest request, (Uri Uri, string Scope) target, Func<Stream, Stream> guardBody, ForwardLimits limits)
    {
        _endpoint = endpoint;
        _request = request;
        _uri = target.Uri;
        _scope = target.Scope;
        _guardBody = guardBody;
        _limits = limits;
    }

    /// <summary>The upstream's status; 0 where none came.</summary>
    public int StatusCode { get; private set; }

    /// <summary>Whether the answer was let through.</summary>
    public bool IsPassed { get; private set; }

    public OriginOutcome Outcome { get; private set; } = OriginOutcome.Unavailable;

    public string Reason { get; private set; } = "no answer";

    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>Whether a failure is that of a registry beyond the endpoint.</summary>
    public bool IsFromBeyond { get; private set; }

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = _uri;
        OriginRequests.SetHeaders(proxyRequest, Accept);
        _limits.Loops.Mark(proxyRequest);
        new UpstreamExchange(_endpoint, _scope).AttachTo(proxyRequest);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return false;
        }

        Judge(proxyResponse);
        if (!IsPassed)
        {
            return false;
        }

        CopyHeaders(httpContext.Response, proxyResponse);
        var body = await proxyResponse.Content.ReadAsStreamAsync(cancellationToken);
        proxyResponse.Content = new StreamContent(_guardBody(body));
        return true;
    }

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private void Judge(HttpResponseMessage response)
    {
        var isEndpoint = response.RequestMessage?.RequestUri is { } uri && RedirectFollower.IsSameOrigin(uri, _endpoint.Root);
        StatusCode = (int)response.StatusCode;
        RetryAfter = RetryAfterHeader.Read(response.Headers, _limits.Time.GetUtcNow());
        IsFromBeyond = AnswerRules.IsFromBeyond(TrailHeaders.Read(response.Headers, isEndpoint, TimeSpan.Zero).Members);
        (Outcome, Reason) = AnswerRules.Judge(response, isEndpoint, 0);
        if (response.Content.Headers.ContentLength > _limits.MaxBodyBytes)
        {
            (Outcome, Reason) = (OriginOutcome.BadAnswer, $"the upstream's list is longer than {_limits.MaxBodyBytes} bytes");
        }

        IsPassed = Outcome == OriginOutcome.Found
            || (Outcome == OriginOutcome.NotFound && isEndpoint && IsPlainJson(response.Content.Headers));
    }

    private static bool IsPlainJson(HttpContentHeaders headers) =>
        headers.ContentType?.MediaType == "application/json" && !AnswerRules.IsEncoded(headers);

    private void CopyHeaders(HttpResponse client, HttpResponseMessage upstream)
    {
        client.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        if (_request.ClientNamespace is { } ns)
        {
            client.Headers["OCI-Namespace"] = ns;
        }

        client.ContentLength = upstream.Content.Headers.ContentLength;
        foreach (var name in PassedHeaders)
        {
            if (upstream.Content.Headers.NonValidated.TryGetValues(name, out var values)
                || upstream.Headers.NonValidated.TryGetValues(name, out values))
            {
                client.Headers[name] = values.ToString();
            }
        }

        var trail = TrailHeaders.Read(upstream.Headers, isEndpoint: true, TimeSpan.Zero);
        if (trail.Members is { } members)
        {
            client.Headers["Cache-Status"] = members;
        }

        if (trail.Age > TimeSpan.Zero)
        {
            client.Headers.Age = ((long)trail.Age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (upstream.Headers.NonValidated.TryGetValues("Link", out var links)
            && NextLink.Rewrite(links, _request.ClientPath, _request.ClientNamespace) is { } next)
        {
            client.Headers.Link = next;
        }
    }
}
