using System.Buffers;
using System.Net.Http.Headers;
using EdgeCache.Fleet;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeCache.Balancing;

/// <summary>
/// One attempt to have a member answer: the request as the member sees it, and the judgement of what it answers. One for each attempt; afterwards it tells
/// what came.
/// </summary>
/// <param name="target">Path and query as the client sent them.</param>
/// <param name="host">What the client names as the host: it may choose the upstream.</param>
/// <param name="mayGoOn">Whether there is another member to ask. Otherwise every answer is passed on.</param>
/// <param name="drains">Called where the answer says that the member drains.</param>
internal sealed class MemberAttempt(Member member, string target, string host, bool mayGoOn, Action<Member> drains) : HttpTransformer
{
    /// <summary>Headers of one node to another, which clients may not send.</summary>
    private const string FleetPrefix = "EdgeCache-";

    private const string ForwardedPrefix = "X-Forwarded-";

    /// <summary>RFC 9110, section 5.6.2.</summary>
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private long _sentBytes;
    private int _signs;

    /// <summary>Whether there is another member to ask.</summary>
    public bool MayGoOn => mayGoOn;

    /// <summary>Whether the member's answer is left for another member's.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>The body's bytes that were sent to the client.</summary>
    public long SentBytes => Interlocked.Read(ref _sentBytes);

    /// <summary>How often something came from the member: while it grows the member lives.</summary>
    public int Signs => Volatile.Read(ref _signs);

    public void CountSent(int bytes)
    {
        Interlocked.Add(ref _sentBytes, bytes);
        Interlocked.Increment(ref _signs);
    }

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var request = httpContext.Request;
        var headers = proxyRequest.Headers;
        foreach (var (name, _) in request.Headers)
        {
            if (name.StartsWith(FleetPrefix, StringComparison.OrdinalIgnoreCase) || name.StartsWith(ForwardedPrefix, StringComparison.OrdinalIgnoreCase))
            {
                headers.Remove(name);
            }
        }

        RemoveNamed(headers, request.Headers.Connection.ToString());
        headers.Remove("Forwarded");
        headers.Remove("X-Real-IP");
        headers.TryAddWithoutValidation("X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString());
        headers.TryAddWithoutValidation("X-Forwarded-Proto", request.Scheme);
        headers.Host = host;
        // Of a GET only headers of content are left, without content.
        proxyRequest.Content = null;
        proxyRequest.RequestUri = new Uri(member.Name + target);
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return false;
        }

        Interlocked.Increment(ref _signs);
        if (DrainHeader.IsIn(proxyResponse.Headers))
        {
            drains(member);
            proxyResponse.Headers.Remove(DrainHeader.Name);
        }

        proxyResponse.Headers.NonValidated.TryGetValues("Cache-Status", out var cacheStatus);
        IsRefused = mayGoOn && AttemptRules.IsMembersOwnFailure((int)proxyResponse.StatusCode, cacheStatus.ToString());
        if (IsRefused)
        {
            return false;
        }

        await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        proxyResponse.Content = new StreamContent(new PassedBody(await proxyResponse.Content.ReadAsStreamAsync(cancellationToken), this));
        return true;
    }

    /// <summary>A node sends no trailers.</summary>
    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Drops what the client declares to be for its next hop only (RFC 9110, section 7.6.1).</summary>
    private static void RemoveNamed(HttpRequestHeaders headers, string connection)
    {
        foreach (var name in connection.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase) && !name.AsSpan().ContainsAnyExcept(TokenCharacters))
            {
                headers.Remove(name);
            }
        }
    }
}
