using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace EdgeCache.Origin;

/// <summary>
/// What the upstreams last said of the budget of each credential: to this node, or to another of its fleet. Keyed by endpoint and user, which are configured and so
/// bounded. Safe for concurrent use.
/// </summary>
internal sealed class RateLimits
{
    private readonly ConcurrentDictionary<(string Authority, string Username), (string Upstream, RateLimit Limit)> _limits = new();
    private readonly TimeProvider _time;
    private readonly ISharedBudgets? _shared;

    /// <param name="shared">Who tells other nodes; null: nobody.</param>
    public RateLimits(OriginMetrics metrics, TimeProvider time, ISharedBudgets? shared = null)
    {
        _time = time;
        _shared = shared;
        metrics.Meters.Create("edgecache").CreateObservableGauge(
            "edgecache.origin.ratelimit.remaining", Measure, "{request}", "Requests that an upstream last said are left, the least of its credentials.");
    }

    /// <summary>What is known of an endpoint's credential; null where upstream has told nobody.</summary>
    public RateLimit? Find(UpstreamEndpoint endpoint) => _limits.TryGetValue(KeyOf(endpoint), out var known) ? known.Limit : null;

    /// <summary>The same where it may still be true: not of the future, since a clock has been set then, and not of a window that is over.</summary>
    public RateLimit? FindCurrent(UpstreamEndpoint endpoint) => Find(endpoint) is { } known && known.IsCurrent(_time.GetUtcNow()) ? known : null;

    /// <summary>A request that counts goes out: until its answer tells more, one less is left.</summary>
    public void Spend(UpstreamEndpoint endpoint)
    {
        var key = KeyOf(endpoint);
        if (_limits.TryGetValue(key, out var known) && known.Limit.Remaining > 0)
        {
            // Where another thread was first, its word is as good.
            _limits.TryUpdate(key, (known.Upstream, known.Limit with { Remaining = known.Limit.Remaining - 1 }), known);
        }
    }

    /// <summary>Takes note of an answer's rate-limit headers.</summary>
    public void Note(Upstream upstream, UpstreamEndpoint endpoint, HttpResponseMessage response)
    {
        if (RateLimit.TryRead(response, _time.GetUtcNow(), out var limit))
        {
            _limits[KeyOf(endpoint)] = (upstream.Name, limit);
            _shared?.Tell(endpoint.Authority, UserOf(endpoint), limit);
        }
    }

    /// <summary>Takes what another node was told, where it is newer.</summary>
    public void Take(Upstream upstream, UpstreamEndpoint endpoint, RateLimit limit)
    {
        var now = _time.GetUtcNow();
        if (limit.SeenAt <= now)
        {
            // What claims to be of the future was told before this clock was set back.
            _limits.AddOrUpdate(
                KeyOf(endpoint), (upstream.Name, limit),
                (_, known) => known.Limit.SeenAt < limit.SeenAt || known.Limit.SeenAt > now ? (upstream.Name, limit) : known);
        }
    }

    /// <summary>The user of an endpoint's credential; empty for anonymous.</summary>
    public static string UserOf(UpstreamEndpoint endpoint) => endpoint.Credentials?.Username ?? string.Empty;

    /// <summary>What a budget belongs to.</summary>
    public static (string Authority, string Username) KeyOf(UpstreamEndpoint endpoint) => (endpoint.Authority, UserOf(endpoint));

    private IEnumerable<Measurement<long>> Measure() =>
        from entry in _limits.Values
        group entry.Limit.Remaining by entry.Upstream into upstream
        select new Measurement<long>(upstream.Min(), new KeyValuePair<string, object?>("upstream", upstream.Key));
}
