using System.Net;
using EdgeCache.Configuration;
using EdgeCache.Core.Affinity;
using EdgeCache.Core.Caching;
using EdgeCache.Fleet;
using EdgeCache.Serving;
using EdgeCache.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeCache.Balancing;

/// <summary>
/// Passes requests on to members through YARP's forwarder, which streams and does not retry: what fails before the first byte of the answer goes to the next
/// member, and the client does not notice. After that its connection is cut, and it can go on by Range. Safe for concurrent use.
/// </summary>
internal sealed class MemberForwarder
{
    private static readonly ForwarderRequestConfig Config = new()
    {
        // A connection for each request: one slow client holds up no other on it.
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        // A member that lives may be silent for as long as its upstream is; CRI gives a pull up after so long.
        ActivityTimeout = TimeSpan.FromMinutes(5),
    };

    private readonly IHttpForwarder _forwarder;
    private readonly FleetHttp _http;
    private readonly MemberChoice _choice;
    private readonly MemberWatch _watch;
    private readonly BalancerMetrics _metrics;
    private readonly BalancerOptions _options;
    private int _inFlight;

    public MemberForwarder(
        IHttpForwarder forwarder, FleetHttp http, MemberChoice choice, MemberWatch watch, BalancerMetrics metrics, BalancerOptions options)
    {
        _forwarder = forwarder;
        _http = http;
        _choice = choice;
        _watch = watch;
        _metrics = metrics;
        _options = options;
    }

    /// <param name="rawTarget">A target that names something, as the client sent it.</param>
    public async Task ForwardAsync(HttpContext context, AffinityKey key, string rawTarget, RequestRecord record)
    {
        try
        {
            if (Interlocked.Increment(ref _inFlight) > _options.MaxRequests)
            {
                _metrics.Overloaded();
                await RegistryHandler.FailAsync(context, record, ErrorMapping.Overloaded, "limit");
                return;
            }

            await TryMembersAsync(context, key, new ClientTarget(rawTarget, context.Request.Host.Value ?? string.Empty), record);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async Task TryMembersAsync(HttpContext context, AffinityKey key, ClientTarget target, RequestRecord record)
    {
        // The forwarder would pass a body on, and take up a WebSocket with the member.
        context.Features.Set<IHttpRequestBodyDetectionFeature>(NoBody.Instance);
        context.Request.Headers.Remove("Upgrade");
        var tried = new List<Member>(_options.Attempts);
        while (tried.Count < _options.Attempts && _choice.Enter(key, tried, out var hasNext) is { } member)
        {
            tried.Add(member);
            var attempt = new MemberAttempt(member, target.PathAndQuery, target.Host, hasNext && tried.Count < _options.Attempts, _watch.ReportDraining);
            var outcome = await TryAsync(context, member, attempt);
            record.SentBytes = attempt.SentBytes;
            if (!AttemptRules.IsOpen(outcome))
            {
                End(record, outcome);
                return;
            }

            // Back to an untouched response: the forwarder leaves its own status, and sends nothing over a set one.
            context.Response.Clear();
            _metrics.Failed(outcome);
        }

        _metrics.NoMember();
        await RegistryHandler.FailAsync(context, record, ErrorMapping.NoMember, "no_member");
    }

    private async Task<AttemptOutcome> TryAsync(HttpContext context, Member member, MemberAttempt attempt)
    {
        using var giveUp = new CancellationTokenSource();
        using var ended = new CancellationTokenSource();
        var watching = _watch.WatchAsync(member, attempt, giveUp, ended.Token);
        try
        {
            var error = await _forwarder.SendAsync(context, member.Name, _http.Invoker, Config, attempt, giveUp.Token);
            if (error == ForwarderError.None)
            {
                return attempt.IsRefused ? _watch.Report(member, AttemptOutcome.Busy, null) : AttemptOutcome.Sent;
            }

            var exception = context.Features.Get<IForwarderErrorFeature>()?.Exception;
            var outcome = AttemptRules.OfError(
                error, exception, context.Response.HasStarted, giveUp.IsCancellationRequested, context.RequestAborted.IsCancellationRequested);
            return _watch.Report(member, outcome, exception);
        }
        finally
        {
            member.Leave();
            await ended.CancelAsync();
            await watching;
        }
    }

    private void End(RequestRecord record, AttemptOutcome outcome)
    {
        _metrics.Ended(outcome);
        if (outcome == AttemptOutcome.Cut)
        {
            record.Result = CacheResult.Error;
            record.Reason = "member";
            record.End = ResponseEnd.Cut;
        }
        else if (outcome == AttemptOutcome.ClientLeft)
        {
            record.End = ResponseEnd.ClientLeft;
        }
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public static NoBody Instance { get; } = new();

        public bool CanHaveBody => false;
    }
}
