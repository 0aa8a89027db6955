using System.Net.Sockets;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Origin;

/// <summary>
/// The upstream registries (<see cref="IOrigin"/>). Walks an upstream's endpoints until one gives an answer that stands; a failure before the first
/// byte, or a breaker that is open, is the next endpoint's turn. Safe for concurrent use.
/// </summary>
internal sealed class OriginClient : IOrigin
{
    private readonly Upstreams _upstreams;
    private readonly EndpointPool _pool;
    private readonly OriginMetrics _metrics;
    private readonly ILogger<OriginClient> _log;
    private readonly TimeProvider _time;
    private readonly LoopGuard _loops;

    public OriginClient(
        Upstreams upstreams, EndpointPool pool, OriginMetrics metrics, ILogger<OriginClient> log, TimeProvider time, LoopGuard loops)
    {
        _upstreams = upstreams;
        _pool = pool;
        _metrics = metrics;
        _log = log;
        _time = time;
        _loops = loops;
    }

    public ValueTask<OriginAnswer> GetManifestAsync(RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken) =>
        AskAsync(
            repository,
            new OriginQuestion(OriginKind.Manifest, HttpMethod.Get, $"manifests/{query.Reference}")
            {
                Accept = MediaTypes.ToAccept(query.Accept),
                IfNoneMatch = query.IfNoneMatch,
                Priority = query.Priority,
                From = new ResumePoint(0, query.BrokenEndpoint, WrongEndpoint: query.WrongEndpoint),
                MaxAttempts = query.IsSecond ? 1 : EndpointPool.MaxAttempts,
            },
            cancellationToken);

    public ValueTask<OriginAnswer> HeadManifestAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken) =>
        AskAsync(
            repository,
            new OriginQuestion(OriginKind.Manifest, HttpMethod.Head, $"manifests/{reference}") { Accept = MediaTypes.ToAccept(accept) },
            cancellationToken);

    public ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, ResumePoint from, CancellationToken cancellationToken) =>
        AskAsync(
            repository,
            new OriginQuestion(OriginKind.Blob, HttpMethod.Get, $"blobs/{digest}") { Accept = "*/*", From = from },
            cancellationToken);

    private async ValueTask<OriginAnswer> AskAsync(RepositoryKey repository, OriginQuestion question, CancellationToken cancellationToken)
    {
        if (!_upstreams.TryGet(repository.Upstream, out var upstream))
        {
            return new OriginAnswer(OriginOutcome.NotFound) { Reason = "there is no such upstream" };
        }

        if (upstream.Options.Offline)
        {
            return new OriginAnswer(OriginOutcome.Offline) { Reason = Upstream.OfflineReason };
        }

        var endpoints = Ordered(_pool.Order(upstream), question.From);
        var name = upstream.Canonical(repository.Repository);
        OriginAnswer? last = null;
        var attempts = 0;
        for (var i = 0; i < endpoints.Count && attempts < question.MaxAttempts; i++)
        {
            var endpoint = endpoints[i];
            if (upstream.Withhold(endpoint, question.Spends, question.Priority) is { } withheld)
            {
                last ??= withheld.ToAnswer(endpoint);
                continue;
            }

            OriginAnswer? answer = null;
            var isRun = await _pool.TryRunAsync(endpoint, async () =>
            {
                var rest = attempts == 0 ? question : question with { MaxAttempts = question.MaxAttempts - attempts };
                (answer, var signal) = await AskEndpointAsync(upstream, endpoint, name, rest, cancellationToken);
                return signal;
            });
            if (!isRun || answer is null)
            {
                last ??= _pool.Refuse(endpoint).ToAnswer(endpoint);
                continue;
            }

            if (AnswerRules.IsFinal(answer.Outcome))
            {
                return answer;
            }

            // Has no body, and so nothing to dispose.
            last = answer;
            attempts++;
        }

        return last ?? throw new InvalidOperationException("An upstream without endpoints.");
    }

    /// <summary>The endpoint whose body has just broken off comes after the others, the one whose bytes were wrong not at all.</summary>
    private static IReadOnlyList<UpstreamEndpoint> Ordered(IReadOnlyList<UpstreamEndpoint> endpoints, ResumePoint from) =>
        endpoints.Count == 1 || (from.BrokenEndpoint ?? from.WrongEndpoint) is null
            ? endpoints
            : [.. endpoints.Where(endpoint => endpoint.Authority != from.WrongEndpoint).OrderBy(endpoint => endpoint.Authority == from.BrokenEndpoint)];

    private async ValueTask<(OriginAnswer Answer, EndpointSignal Signal)> AskEndpointAsync(
        Upstream upstream, UpstreamEndpoint endpoint, RepositoryName name, OriginQuestion question, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        OriginAnswer answer;
        EndpointSignal signal;
        var isBeyond = false;
        try
        {
            var request = question.ToRequest(endpoint, name);
            _loops.Mark(request);
            if (question.Spends)
            {
                upstream.Spend(endpoint);
            }

            var response = await upstream.Invoker.SendAsync(request, cancellationToken);
            upstream.Note(endpoint, response);
            answer = await ToAnswerAsync(upstream, endpoint, question, response, _time.GetElapsedTime(started));
            isBeyond = AnswerRules.IsFromBeyond(answer.Trail.Members);
            signal = isBeyond && !AnswerRules.IsFinal(answer.Outcome) ? EndpointSignal.Neutral : AnswerRules.SignalOf(answer.Outcome);
        }
        catch (Exception exception)
        {
            // Whatever the framework makes of the caller's cancellation, the caller sees just that.
            cancellationToken.ThrowIfCancellationRequested();
            if (exception is not (HttpRequestException or IOException or SocketException or OperationCanceledException or UpstreamFaultException))
            {
                OriginLog.AttemptThrew(_log, upstream.Name, endpoint.Authority, exception);
            }

            var failure = AttemptFailure.Of(exception);
            answer = failure.ToAnswer(endpoint);
            signal = failure.Signal;
        }

        if (!isBeyond)
        {
            upstream.Note(endpoint, answer.Outcome, answer.RetryAfter);
        }

        _metrics.Record(upstream.Name, question.Kind, answer.StatusCode, _time.GetElapsedTime(started));
        if (!AnswerRules.IsFinal(answer.Outcome))
        {
            OriginLog.AttemptFailed(_log, upstream.Name, endpoint.Authority, answer.Outcome, answer.StatusCode, answer.Reason);
        }

        return (answer, signal);
    }

    /// <summary>The answer, which then owns the response; nothing else does.</summary>
    /// <param name="delay">How long it took.</param>
    private async ValueTask<OriginAnswer> ToAnswerAsync(
        Upstream upstream, UpstreamEndpoint endpoint, OriginQuestion question, HttpResponseMessage response, TimeSpan delay)
    {
        var isEndpoint = response.RequestMessage?.RequestUri is { } uri && RedirectFollower.IsSameOrigin(uri, endpoint.Root);
        var (outcome, reason) = AnswerRules.Judge(response, isEndpoint, question.From.Offset);
        var body = default(Stream);
        if (outcome == OriginOutcome.Found && question.Method == HttpMethod.Get)
        {
            var observer = new BodyObserver(upstream, endpoint, question.Kind, _pool, _metrics, _log);

            // Completes at once, without a token: the headers are here, and nothing is buffered.
            var content = await response.Content.ReadAsStreamAsync(CancellationToken.None);
            body = new StallGuardStream(content, upstream.Options.StallTimeout, upstream.Options.MinBytesPerSecond, observer, _time);
        }

        var headers = response.Content.Headers;
        var hasContent = outcome == OriginOutcome.Found;
        var answer = new OriginAnswer(outcome, body, response)
        {
            ContentLength = hasContent ? AnswerRules.ReadLength(response) : null,
            Offset = hasContent && (int)response.StatusCode == 206 ? question.From.Offset : 0,
            ETag = response.Headers.ETag is { IsWeak: false } etag ? etag.Tag : null,
            MediaType = hasContent ? headers.ContentType?.ToString() : null,
            Digest = AnswerRules.ReadDigest(response),
            StatusCode = (int)response.StatusCode,
            RetryAfter = RetryAfterHeader.Read(response.Headers, _time.GetUtcNow()),
            Trail = TrailHeaders.Read(response.Headers, isEndpoint, delay),
            Endpoint = endpoint.Authority,
            Reason = reason,
            IsRegistrysWord = isEndpoint,
            AttemptsLeft = question.MaxAttempts - 1,
            HasOthers = question.MaxAttempts > 1 && upstream.Endpoints.Count > 1,
        };
        if (body is null)
        {
            // Nobody reads it: the connection is free again at once.
            response.Dispose();
        }

        return answer;
    }
}
