using EdgeCache.Core.Fill;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeCache.Origin;

/// <summary>
/// Forwards what is not cached — tags/list, referrers, the catalogue — through YARP's forwarder and the same endpoints, health and handler chain as
/// fills. A failure before the answer began is the next endpoint's turn. Safe for concurrent use.
/// </summary>
internal sealed class UpstreamForwarder
{
    private readonly IHttpForwarder _forwarder;
    private readonly Upstreams _upstreams;
    private readonly EndpointPool _pool;
    private readonly OriginMetrics _metrics;
    private readonly ForwardLimits _limits;
    private readonly ILogger<UpstreamForwarder> _log;

    public UpstreamForwarder(
        IHttpForwarder forwarder, Upstreams upstreams, EndpointPool pool, OriginMetrics metrics, ForwardLimits limits, ILogger<UpstreamForwarder> log)
    {
        _forwarder = forwarder;
        _upstreams = upstreams;
        _pool = pool;
        _metrics = metrics;
        _limits = limits;
        _log = log;
    }

    /// <summary>
    /// Forwards a GET or HEAD. Response headers that were set before are lost where an attempt fails: set yours on the way out
    /// (<see cref="HttpResponse.OnStarting(Func{Task})"/>); Docker-Distribution-Api-Version and OCI-Namespace are set here,
    /// and Cache-Status and Age as the upstream said them.
    /// </summary>
    public async ValueTask<ForwardResult> ForwardAsync(HttpContext context, ForwardRequest request, CancellationToken cancellationToken)
    {
        if (!_upstreams.TryGet(request.Repository.Upstream, out var upstream))
        {
            return new ForwardResult(ForwardOutcome.NotFound, "there is no such upstream");
        }

        if (upstream.Options.Offline)
        {
            return new ForwardResult(ForwardOutcome.Offline, Upstream.OfflineReason);
        }

        if (ForwardQuery.Read(context.Request.Query, out var invalid) is not { } query)
        {
            return new ForwardResult(ForwardOutcome.InvalidRequest, $"the query parameter '{invalid}' is not valid");
        }

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            return new ForwardResult(ForwardOutcome.InvalidRequest, "the request has a body");
        }

        // The forwarder would take up a WebSocket with the upstream.
        context.Request.Headers.Remove("Upgrade");
        return await ForwardAsync(context, upstream, request, query, cancellationToken);
    }

    private async ValueTask<ForwardResult> ForwardAsync(
        HttpContext context, Upstream upstream, ForwardRequest request, ForwardQuery query, CancellationToken cancellationToken)
    {
        var endpoints = _pool.Order(upstream);
        ForwardResult? last = null;
        var attempts = 0;
        for (var i = 0; i < endpoints.Count && attempts < EndpointPool.MaxAttempts; i++)
        {
            var endpoint = endpoints[i];
            if (upstream.Withhold(endpoint, spends: false, FetchPriority.Interactive) is { } withheld)
            {
                last ??= ToResult(withheld);
                continue;
            }

            var result = default(ForwardResult);
            var isRun = await _pool.TryRunAsync(endpoint, async () =>
            {
                (result, var signal) = await TryAsync(context, upstream, endpoint, request, query, cancellationToken);
                return signal;
            });
            if (!isRun)
            {
                last ??= ToResult(_pool.Refuse(endpoint));
                continue;
            }

            if (result.Outcome is ForwardOutcome.Sent or ForwardOutcome.Aborted)
            {
                return result;
            }

            // Back to an untouched response: the forwarder leaves its own status, and sends nothing over a set one.
            context.Response.Clear();
            if (result.Outcome is ForwardOutcome.NotFound or ForwardOutcome.Unauthorized or ForwardOutcome.Denied)
            {
                return result;
            }

            last = result;
            attempts++;
        }

        return last ?? throw new InvalidOperationException("An upstream without endpoints.");
    }

    private async ValueTask<(ForwardResult Result, EndpointSignal Signal)> TryAsync(
        HttpContext context, Upstream upstream, UpstreamEndpoint endpoint, ForwardRequest request, ForwardQuery query, CancellationToken cancellationToken)
    {
        var started = _limits.Time.GetTimestamp();
        var canonical = upstream.Canonical(request.Repository.Repository);
        var observer = new BodyObserver(upstream, endpoint, OriginKind.List, _pool, _metrics, _log);
        var transformer = new ForwardTransformer(
            endpoint,
            request,
            (request.UriAt(endpoint, canonical, query), request.ScopeAt(endpoint, canonical)),
            body => new BoundedStream(new StallGuardStream(
                body, upstream.Options.StallTimeout, upstream.Options.MinBytesPerSecond, observer, _limits.Time), _limits.MaxBodyBytes),
            _limits);
        var config = new ForwarderRequestConfig
        {
            // The chain and the body have their own time-outs; this one is for a client that does not read.
            ActivityTimeout = upstream.Options.HeaderTimeout + upstream.Options.StallTimeout,
        };
        var error = await _forwarder.SendAsync(context, endpoint.Authority, upstream.Invoker, config, transformer, cancellationToken);
        _metrics.Record(upstream.Name, OriginKind.List, transformer.StatusCode, _limits.Time.GetElapsedTime(started));
        return Conclude(context, upstream, endpoint, error, transformer);
    }

    private (ForwardResult Result, EndpointSignal Signal) Conclude(
        HttpContext context, Upstream upstream, UpstreamEndpoint endpoint, ForwarderError error, ForwardTransformer transformer)
    {
        if (error == ForwarderError.None)
        {
            var result = transformer.IsPassed
                ? new ForwardResult(ForwardOutcome.Sent, string.Empty)
                : Fail(upstream, endpoint, transformer.Outcome, transformer.StatusCode, transformer.Reason, transformer.RetryAfter);
            if (!transformer.IsFromBeyond)
            {
                upstream.Note(endpoint, transformer.Outcome, transformer.RetryAfter);
            }

            return (result, transformer.IsFromBeyond && !transformer.IsPassed ? EndpointSignal.Neutral : AnswerRules.SignalOf(transformer.Outcome));
        }

        if (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            OriginLog.ForwardAborted(_log, upstream.Name, endpoint.Authority, error);
            return (new ForwardResult(ForwardOutcome.Aborted, "the answer could not be ended"), EndpointSignal.Untold);
        }

        if (transformer.IsPassed)
        {
            // Too long, or broken off, before its first byte went out: the observer has told the pool what is to be told.
            var broken = Fail(upstream, endpoint, OriginOutcome.BadAnswer, transformer.StatusCode, "the upstream's answer broke off or is too long", null);
            return (broken, EndpointSignal.Neutral);
        }

        var failure = AttemptFailure.Of(context.Features.Get<IForwarderErrorFeature>()?.Exception);
        upstream.Note(endpoint, failure.Outcome, failure.RetryAfter);
        return (Fail(upstream, endpoint, failure.Outcome, transformer.StatusCode, failure.Reason, failure.RetryAfter), failure.Signal);
    }

    private ForwardResult Fail(
        Upstream upstream, UpstreamEndpoint endpoint, OriginOutcome outcome, int status, string reason, TimeSpan? retryAfter)
    {
        if (!AnswerRules.IsFinal(outcome))
        {
            OriginLog.AttemptFailed(_log, upstream.Name, endpoint.Authority, outcome, status, reason);
        }

        return new ForwardResult(OutcomeOf(outcome), reason, retryAfter);
    }

    private static ForwardResult ToResult(AttemptFailure failure) => new(OutcomeOf(failure.Outcome), failure.Reason, failure.RetryAfter);

    private static ForwardOutcome OutcomeOf(OriginOutcome outcome) => outcome switch
    {
        OriginOutcome.NotFound => ForwardOutcome.NotFound,
        OriginOutcome.Unauthorized => ForwardOutcome.Unauthorized,
        OriginOutcome.Denied => ForwardOutcome.Denied,
        OriginOutcome.RateLimited => ForwardOutcome.RateLimited,
        OriginOutcome.Unavailable => ForwardOutcome.Unavailable,
        OriginOutcome.Unreachable => ForwardOutcome.Unreachable,
        OriginOutcome.Loop => ForwardOutcome.Loop,
        _ => ForwardOutcome.BadAnswer,
    };
}
