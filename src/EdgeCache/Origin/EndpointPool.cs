using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Polly.CircuitBreaker;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace EdgeCache.Origin;

/// <summary>
/// Which endpoints of an upstream to try, in which order, and the one health state of each (DESIGN): its breaker, fed by fills and by forwarded requests alike, and
/// shown in YARP's clusters. Safe for concurrent use.
/// </summary>
internal sealed class EndpointPool
{
    /// <summary>Attempts for one request (PROMISES, "flapping"); what a breaker or a limit kept from being sent is none.</summary>
    public const int MaxAttempts = 2;

    private readonly FrozenDictionary<UpstreamEndpoint, EndpointBreaker> _breakers;
    private readonly Upstreams _upstreams;
    private readonly IProxyStateLookup _state;
    private readonly IDestinationHealthUpdater _health;
    private readonly OriginMetrics _metrics;
    private readonly ILogger<EndpointPool> _log;

    public EndpointPool(
        Upstreams upstreams, IProxyStateLookup state, IDestinationHealthUpdater health, OriginMetrics metrics, TimeProvider time, ILogger<EndpointPool> log)
    {
        _upstreams = upstreams;
        _state = state;
        _health = health;
        _metrics = metrics;
        _log = log;
        _breakers = upstreams.All
            .SelectMany(upstream => upstream.Endpoints.Select(endpoint => (Upstream: upstream, Endpoint: endpoint)))
            .ToFrozenDictionary(
                entry => entry.Endpoint,
                entry => new EndpointBreaker(time, (state, pause) => Show(entry.Upstream, entry.Endpoint, state, pause)));
        metrics.Meters.Create("edgecache").CreateObservableUpDownCounter(
            "edgecache.origin.endpoints", Measure, "{endpoint}", "Endpoints of upstreams by the state of their breaker.");
    }

    /// <summary>All endpoints: those not set aside in configured order, then the others.</summary>
    public IReadOnlyList<UpstreamEndpoint> Order(Upstream upstream) =>
        upstream.Endpoints.Count == 1 ? upstream.Endpoints : [.. upstream.Endpoints.OrderBy(endpoint => _breakers[endpoint].IsSetAside)];

    /// <summary>Runs an attempt at an endpoint unless its breaker is open.</summary>
    /// <returns>False: it was not run, and <see cref="Refuse"/> says why.</returns>
    public ValueTask<bool> TryRunAsync(UpstreamEndpoint endpoint, Func<ValueTask<EndpointSignal>> attempt) => _breakers[endpoint].TryRunAsync(attempt);

    /// <summary>What becomes of a request that an open breaker kept from being sent: the failure that opened it, and when to come back.</summary>
    public AttemptFailure Refuse(UpstreamEndpoint endpoint)
    {
        var breaker = _breakers[endpoint];
        return new AttemptFailure(breaker.LastFailure, EndpointSignal.Neutral, "the upstream is left alone after failures", breaker.Remaining);
    }

    /// <summary>Takes what the rest of an answer told of an endpoint.</summary>
    public void Report(UpstreamEndpoint endpoint, EndpointSignal signal) => _breakers[endpoint].Record(signal);

    private void Show(Upstream upstream, UpstreamEndpoint endpoint, CircuitState state, TimeSpan pause)
    {
        _metrics.RecordTransition(upstream.Name, state);
        switch (state)
        {
            case CircuitState.Open:
                OriginLog.EndpointUnhealthy(_log, upstream.Name, endpoint.Authority, pause);
                SetHealth(upstream, endpoint, DestinationHealth.Unhealthy, pause);
                break;
            case CircuitState.Closed:
                OriginLog.EndpointRecovered(_log, upstream.Name, endpoint.Authority);
                SetHealth(upstream, endpoint, DestinationHealth.Healthy, pause);
                break;
        }
    }

    private void SetHealth(Upstream upstream, UpstreamEndpoint endpoint, DestinationHealth health, TimeSpan pause)
    {
        if (_state.TryGetCluster(upstream.Name, out var cluster) && cluster.Destinations.TryGetValue(endpoint.DestinationId, out var destination))
        {
            _health.SetPassive(cluster, destination, health, pause);
        }
    }

    private IEnumerable<Measurement<int>> Measure() =>
        from upstream in _upstreams.All
        from state in OriginMetrics.BreakerStates
        select new Measurement<int>(
            upstream.Endpoints.Count(endpoint => _breakers[endpoint].State == state),
            new KeyValuePair<string, object?>("upstream", upstream.Name),
            new KeyValuePair<string, object?>("state", OriginMetrics.LabelOf(state)));
}
