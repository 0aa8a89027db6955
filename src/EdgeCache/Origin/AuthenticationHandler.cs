using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using EdgeCache.Core.Fill;

namespace EdgeCache.Origin;

/// <summary>
/// Answers an endpoint's challenges (PROTOCOL 4 to 7): Bearer where the realm is allowed, else Basic where credentials are configured. An endpoint's
/// last challenge is remembered, so that later requests carry their token at once. A 401 with a token gets one fresh token, then stands.
/// A 401 of a redirect's target is never answered. Safe for concurrent use.
/// </summary>
internal sealed class AuthenticationHandler : DelegatingHandler
{
    private readonly TokenSource _tokens;
    private readonly TokenRealmPolicy _realms;
    private readonly string _upstream;
    private readonly ILogger _log;

    // At most one entry for each configured endpoint.
    private readonly ConcurrentDictionary<UpstreamEndpoint, Scheme> _schemes = new();

    public AuthenticationHandler(TokenSource tokens, TokenRealmPolicy realms, string upstream, ILogger log, HttpMessageHandler inner)
        : base(inner)
    {
        _tokens = tokens;
        _realms = realms;
        _upstream = upstream;
        _log = log;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var exchange = UpstreamExchange.Of(request);
        if (_schemes.TryGetValue(exchange.Endpoint, out var known))
        {
            request.Headers.Authorization = await AuthorizeAheadAsync(exchange, known, cancellationToken);
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !IsOfEndpoint(response, exchange.Endpoint))
        {
            return response;
        }

        var scheme = Choose(exchange.Endpoint, response);
        if (scheme is null || (scheme.Realm is null && request.Headers.Authorization?.Scheme == "Basic"))
        {
            // Nothing that we have answers it, or what we have was refused.
            return response;
        }

        response.Dispose();
        _schemes[exchange.Endpoint] = scheme;
        var refused = request.Headers.Authorization is { Scheme: "Bearer" } bearer ? bearer.Parameter : null;
        request.Headers.Authorization = await AuthorizeAsync(exchange, scheme, refused, cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }

    private static bool IsOfEndpoint(HttpResponseMessage response, UpstreamEndpoint endpoint) =>
        response.RequestMessage?.RequestUri is { } uri && RedirectFollower.IsSameOrigin(uri, endpoint.Root);

    /// <summary>By a remembered challenge. Where its realm fails it is forgotten, since the endpoint may name another by now.</summary>
    private async ValueTask<AuthenticationHeaderValue?> AuthorizeAheadAsync(
        UpstreamExchange exchange, Scheme known, CancellationToken cancellationToken)
    {
        try
        {
            return await AuthorizeAsync(exchange, known, null, cancellationToken);
        }
        catch (UpstreamFaultException)
        {
            _schemes.TryRemove(new KeyValuePair<UpstreamEndpoint, Scheme>(exchange.Endpoint, known));
            throw;
        }
    }

    /// <exception cref="UpstreamFaultException">The token server gives no token.</exception>
    private async ValueTask<AuthenticationHeaderValue?> AuthorizeAsync(
        UpstreamExchange exchange, Scheme scheme, string? refused, CancellationToken cancellationToken)
    {
        if (scheme.Realm is null)
        {
            return exchange.Endpoint.Credentials?.ToBasic();
        }

        var request = new TokenRequest(exchange.Endpoint.Authority, scheme.Realm, scheme.Service, exchange.Scope);
        var answer = await _tokens.GetAsync(request, exchange.Endpoint.Credentials, refused, cancellationToken);
        return answer.Outcome == OriginOutcome.Found
            ? new AuthenticationHeaderValue("Bearer", answer.Token)
            : throw new UpstreamFaultException(answer.Outcome, answer.Reason, answer.RetryAfter);
    }

    /// <summary>The scheme that answers the challenges; null where none can.</summary>
    /// <exception cref="UpstreamFaultException">Only a Bearer challenge could be answered, and its realm is refused.</exception>
    private Scheme? Choose(UpstreamEndpoint endpoint, HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var fields))
        {
            return null;
        }

        string? refusedRealm = null;
        var canBasic = false;
        foreach (var challenge in WwwAuthenticate.Parse(fields))
        {
            if (challenge.Is("Bearer"))
            {
                if (_realms.TryAccept(endpoint.Root, challenge.Parameter("realm"), out var realm))
                {
                    return new Scheme(realm, challenge.Parameter("service"));
                }

                refusedRealm ??= challenge.Parameter("realm") ?? string.Empty;
            }

            canBasic |= challenge.Is("Basic") && endpoint.Credentials is not null;
        }

        if (refusedRealm is null || canBasic)
        {
            return canBasic ? new Scheme(null, null) : null;
        }

        var host = Uri.TryCreate(refusedRealm, UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) : "(no URL)";
        OriginLog.RealmRefused(_log, _upstream, endpoint.Authority, host);
        response.Dispose();
        throw new UpstreamFaultException(OriginOutcome.BadAnswer, "the upstream names a token realm that is not allowed for it");
    }

    /// <param name="Realm">Where tokens come from; null for Basic.</param>
    private sealed record Scheme(Uri? Realm, string? Service);
}
