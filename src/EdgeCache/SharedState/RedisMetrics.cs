using System.Diagnostics.Metrics;

namespace EdgeCache.SharedState;

/// <summary>What is measured of Redis. Labels are closed sets. Safe for concurrent use.</summary>
internal sealed class RedisMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _refused;

    public RedisMetrics(IMeterFactory meters)
    {
        // The factory owns the meter.
        _meter = meters.Create("edgecache");
        _calls = _meter.CreateCounter<long>("edgecache.redis.calls", "{call}", "Calls of Redis: answered, refused by it, failed (no answer in time, or no connection), or bypassed.");
        _refused = _meter.CreateCounter<long>("edgecache.redis.refused_values", "{value}", "Values from Redis that were ignored: not signed by the fleet, malformed, or of another time.");
    }

    /// <summary>Shows the state of the link. Called once, by the link.</summary>
    public void Show(Func<bool> isOpen, Func<int> outstanding)
    {
        _meter.CreateObservableGauge("edgecache.redis.open", () => isOpen() ? 1 : 0, null, "1 while Redis is bypassed, 0 while it is called.");
        _meter.CreateObservableUpDownCounter("edgecache.redis.outstanding", outstanding, "{call}", "Calls of Redis that have not ended.");
    }

    public void Answered() => Count("answered");

    /// <summary>Redis answered with an error.</summary>
    public void Erred() => Count("refused");

    public void Failed() => Count("failed");

    public void Bypassed() => Count("bypassed");

    /// <param name="kind">What the value was meant for: <c>tag</c>, <c>presence</c>, <c>event</c>, <c>budget</c>.</param>
    public void ValueRefused(string kind) => _refused.Add(1, new KeyValuePair<string, object?>("kind", kind));

    private void Count(string outcome) => _calls.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
