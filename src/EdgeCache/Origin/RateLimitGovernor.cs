using System.Collections.Concurrent;
using EdgeCache.Core.Fill;

namespace EdgeCache.Origin;

/// <summary>
/// Whether a request may go to an endpoint now, by what the upstream has said to this credential: nothing goes before a Retry-After is over; of a budget that is
/// counted (PROTOCOL 3: manifests that are fetched, not asked by HEAD, and no blobs) a share is kept for clients that would get nothing otherwise. Keyed by endpoint and
/// user, which are configured and so bounded. Safe for concurrent use.
/// </summary>
internal sealed class RateLimitGovernor
{
    /// <summary>An upstream may say a day; it is asked again after this.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>How long an empty budget is believed: windows roll, and one request too many costs nothing but itself.</summary>
    public static readonly TimeSpan EmptyPause = TimeSpan.FromMinutes(1);

    /// <summary>Up to so much is added to what the upstream said, so that a fleet's nodes do not come back together.</summary>
    private const double Jitter = 0.1;

    private readonly ConcurrentDictionary<(string Authority, string Username), Pause> _pauses = new();
    private readonly RateLimits _limits;
    private readonly OriginMetrics _metrics;
    private readonly TimeProvider _time;

    public RateLimitGovernor(RateLimits limits, OriginMetrics metrics, TimeProvider time)
    {
        _limits = limits;
        _metrics = metrics;
        _time = time;
    }

    /// <summary>Judges a request.</summary>
    /// <param name="spends">Whether it is one that counts against a budget.</param>
    /// <returns>Null: it may go. Else the failure that it meets without having been sent.</returns>
    public AttemptFailure? Withhold(Upstream upstream, UpstreamEndpoint endpoint, bool spends, FetchPriority priority)
    {
        if (FindPause(endpoint) is { } pause)
        {
            _metrics.RecordWithheld(upstream.Name, "pause");
            return new AttemptFailure(pause.Outcome, EndpointSignal.Neutral, "the upstream has asked to be left alone for a while", pause.Remaining);
        }

        if (!spends || _limits.FindCurrent(endpoint) is not { } budget)
        {
            return null;
        }

        var age = _time.GetUtcNow() - budget.SeenAt;
        if (budget.Remaining <= 0 && age < EmptyPause)
        {
            _metrics.RecordWithheld(upstream.Name, "empty");
            return Limited("the upstream's budget for this cache is used up", EmptyPause - age);
        }

        if (priority == FetchPriority.Background && budget.Remaining <= budget.Limit * upstream.Options.RateLimitReserve)
        {
            _metrics.RecordWithheld(upstream.Name, "reserve");
            return Limited("the rest of the upstream's budget is kept for who waits for it", null);
        }

        return null;
    }

    /// <summary>A request that counts goes out now.</summary>
    public void Spend(UpstreamEndpoint endpoint) => _limits.Spend(endpoint);

    /// <summary>Takes note of the rate-limit headers of an answer.</summary>
    public void Note(Upstream upstream, UpstreamEndpoint endpoint, HttpResponseMessage response) => _limits.Note(upstream, endpoint, response);

    /// <summary>Takes note of how a request ended: a Retry-After is obeyed from now on.</summary>
    public void Note(UpstreamEndpoint endpoint, OriginOutcome outcome, TimeSpan? retryAfter)
    {
        if (outcome is not (OriginOutcome.RateLimited or OriginOutcome.Unavailable) || retryAfter is not { } wait || wait <= TimeSpan.Zero)
        {
            return;
        }

        var length = (wait < LongestPause ? wait : LongestPause) * (1 + (Random.Shared.NextDouble() * Jitter));
        var pause = new Pause(_time.GetTimestamp() + (long)(length.TotalSeconds * _time.TimestampFrequency), outcome, length);
        _pauses.AddOrUpdate(RateLimits.KeyOf(endpoint), pause, (_, known) => known.Until < pause.Until ? pause : known);
    }

    private static AttemptFailure Limited(string reason, TimeSpan? retryAfter) =>
        new(OriginOutcome.RateLimited, EndpointSignal.Neutral, reason, retryAfter);

    /// <summary>The pause with what is left of it; null where there is none.</summary>
    private Pause? FindPause(UpstreamEndpoint endpoint)
    {
        var now = _time.GetTimestamp();
        return _pauses.TryGetValue(RateLimits.KeyOf(endpoint), out var pause) && now < pause.Until
            ? pause with { Remaining = _time.GetElapsedTime(now, pause.Until) }
            : null;
    }

    /// <param name="Until">A timestamp of the time provider: no setting of the wall clock prolongs it.</param>
    /// <param name="Outcome">What the upstream said with it.</param>
    private readonly record struct Pause(long Until, OriginOutcome Outcome, TimeSpan Remaining);
}
