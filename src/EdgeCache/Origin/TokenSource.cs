using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EdgeCache.Core.Fill;

namespace EdgeCache.Origin;

/// <summary>
/// Bearer tokens of one upstream (PROTOCOL 4, 5): cached until shortly before they expire, by a monotonic clock; concurrent requests for one are one
/// fetch, which outlives the caller that began it. Only realms that <see cref="TokenRealmPolicy"/> accepted come here. Safe for concurrent use;
/// owned by <see cref="UpstreamHttp"/>.
/// </summary>
internal sealed class TokenSource : IAsyncDisposable
{
    /// <summary>Tokens kept; the one that expires first gives way. A token is some KiB.</summary>
    public const int MaxTokens = 4096;

    /// <summary>Fetches at once; beyond it a caller is told to try later.</summary>
    public const int MaxFetches = 256;

    private readonly HttpMessageInvoker _realm;
    private readonly UpstreamOptions _options;
    private readonly int _maxBytes;
    private readonly OriginMetrics _metrics;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private readonly ConcurrentDictionary<TokenRequest, Task<TokenAnswer>> _fetches = new();

    // Protects _tokens, which is bounded by whoever adds to it.
    private readonly Lock _lock = new();
    private readonly Dictionary<TokenRequest, Held> _tokens = [];

    /// <param name="realm">Sends to a realm: follows no redirect and adds no credentials, but guards what is dialled. Not owned.</param>
    /// <param name="maxBytes">The longest answer that is read (PROMISES, Security: token 1 MiB).</param>
    public TokenSource(HttpMessageInvoker realm, UpstreamOptions options, int maxBytes, OriginMetrics metrics, ILogger log, TimeProvider time)
    {
        _realm = realm;
        _options = options;
        _maxBytes = maxBytes;
        _metrics = metrics;
        _log = log;
        _time = time;
        _stop = _stopping.Token;
    }

    /// <summary>A token that is still good, from the cache or the realm.</summary>
    /// <param name="credentials">Sent to the realm with the Basic scheme; null asks anonymously. The same for all requests of an endpoint.</param>
    /// <param name="refused">A token that the registry has just refused: it is not given again. Null where there was none.</param>
    /// <param name="cancellationToken">Ends the wait, not the fetch.</param>
    public async ValueTask<TokenAnswer> GetAsync(
        TokenRequest request, RegistryCredentials? credentials, string? refused, CancellationToken cancellationToken)
    {
        if (TryGetHeld(request, refused, out var token))
        {
            return TokenAnswer.Of(token);
        }

        if (_fetches.Count >= MaxFetches && !_fetches.ContainsKey(request))
        {
            return new TokenAnswer(OriginOutcome.Unavailable, null, "too many token requests at once");
        }

        var started = new TaskCompletionSource<TokenAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var fetch = _fetches.GetOrAdd(request, started.Task);
        if (fetch == started.Task)
        {
            // Started through Task.Run, so that no flow of the first caller's (its activity, its synchronous part) carries the others'.
            _ = Task.Run(() => RunAsync(request, credentials, refused, started), CancellationToken.None);
        }

        return await fetch.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_fetches.Values);
        _stopping.Dispose();
    }

    private bool TryGetHeld(TokenRequest request, string? refused, out string token)
    {
        lock (_lock)
        {
            if (_tokens.TryGetValue(request, out var held) && held.Token != refused && _time.GetElapsedTime(held.Since) < held.Usable)
            {
                token = held.Token;
                return true;
            }
        }

        token = string.Empty;
        return false;
    }

    /// <summary>The one fetch; always completes the task, never with an exception.</summary>
    private async Task RunAsync(
        TokenRequest request, RegistryCredentials? credentials, string? refused, TaskCompletionSource<TokenAnswer> completion)
    {
        // Another fetch may have ended between the caller's look at the cache and its own entry.
        var answer = new TokenAnswer(OriginOutcome.Unavailable, null, "the token request failed");
        try
        {
            answer = TryGetHeld(request, refused, out var token)
                ? TokenAnswer.Of(token)
                : await FetchAsync(request, credentials);
        }
        finally
        {
            _fetches.TryRemove(request, out _);
            completion.SetResult(answer);
        }
    }

    private async Task<TokenAnswer> FetchAsync(TokenRequest request, RegistryCredentials? credentials)
    {
        var started = _time.GetTimestamp();
        var host = request.Realm.IdnHost;
        var status = OriginMetrics.NoStatus;
        TokenAnswer answer;
        try
        {
            using var deadline = new CancellationTokenSource(_options.HeaderTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stop);
            using var message = OriginRequests.Create(HttpMethod.Get, request.ToUri(), "application/json");
            message.Headers.Authorization = credentials?.ToBasic();
            using var response = await _realm.SendAsync(message, either.Token);
            status = (int)response.StatusCode;
            answer = await ReadAsync(request, response, host, either.Token);
        }
        catch (OperationCanceledException)
        {
            answer = new TokenAnswer(OriginOutcome.Unreachable, null, $"the token server {host} did not answer in time");
        }
        catch (Exception exception) when (UpstreamFaultException.Find(exception) is { } fault)
        {
            answer = new TokenAnswer(fault.Outcome, null, $"the token server {host}: {fault.Message}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            answer = new TokenAnswer(OriginOutcome.Unreachable, null, $"the token server {host} cannot be reached");
        }

        _metrics.Record(_options.Name, OriginKind.Token, status, _time.GetElapsedTime(started));
        if (answer.Outcome != OriginOutcome.Found)
        {
            OriginLog.TokenRefused(_log, _options.Name, host, answer.Outcome, answer.Reason);
        }

        return answer;
    }

    private async ValueTask<TokenAnswer> ReadAsync(
        TokenRequest request, HttpResponseMessage response, string host, CancellationToken cancellationToken)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                break;
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return new TokenAnswer(OriginOutcome.Unauthorized, null, $"the token server {host} gives no token for this repository");
            case HttpStatusCode.TooManyRequests:
                var wait = RetryAfterHeader.Read(response.Headers, _time.GetUtcNow());
                return new TokenAnswer(OriginOutcome.RateLimited, null, $"the token server {host} limits the rate", wait);
            default:
                var outcome = (int)response.StatusCode >= 500 ? OriginOutcome.Unavailable : OriginOutcome.BadAnswer;
                return new TokenAnswer(outcome, null, $"the token server {host} answered {(int)response.StatusCode}");
        }

        var body = await BoundedBody.ReadAsync(response.Content, _maxBytes, cancellationToken);
        if (body is null || !TokenResponse.TryParse(body, _time.GetUtcNow(), out var parsed))
        {
            return new TokenAnswer(OriginOutcome.BadAnswer, null, $"the token server {host} sent no usable token");
        }

        Hold(request, parsed);
        return TokenAnswer.Of(parsed.Token);
    }

    private void Hold(TokenRequest request, TokenResponse response)
    {
        // A tenth early, so that it does not expire on its way.
        var held = new Held(response.Token, _time.GetTimestamp(), response.Lifetime * 0.9);
        lock (_lock)
        {
            if (_tokens.Count >= MaxTokens && !_tokens.ContainsKey(request))
            {
                _tokens.Remove(_tokens.MinBy(entry => entry.Value.Usable - _time.GetElapsedTime(entry.Value.Since)).Key);
            }

            _tokens[request] = held;
        }
    }

    /// <param name="Since">When it came, as a timestamp of the time provider.</param>
    /// <param name="Usable">How long it is given out from then on.</param>
    private readonly record struct Held(string Token, long Since, TimeSpan Usable);
}
