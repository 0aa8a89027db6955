using System.Collections.Concurrent;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace EdgeCache.Origin;

/// <summary>
/// Which endpoints of an upstream to try, in which order, and the one health state of each (DESIGN): kept in YARP's clusters, fed by fills and by
/// forwarded requests alike. An endpoint is set aside after 3 failures in a row, or one connection that could not be made, for about 10 s; where all
/// are set aside they are tried all the same. Safe for concurrent use.
/// </summary>
internal sealed class EndpointPool
{
    /// <summary>Endpoints tried for one request.</summary>
    public const int MaxAttempts = 3;

    /// <summary>Failures in a row that set an endpoint aside.</summary>
    public const int FailuresInARow = 3;

    // With up to a quarter more or less, so that a fleet's nodes do not come back together.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly IProxyStateLookup _state;
    private readonly IDestinationHealthUpdater _health;
    private readonly ILogger<EndpointPool> _log;

    // At most one entry for each configured endpoint.
    private readonly ConcurrentDictionary<UpstreamEndpoint, int> _failures = new();

    public EndpointPool(IProxyStateLookup state, IDestinationHealthUpdater health, ILogger<EndpointPool> log)
    {
        _state = state;
        _health = health;
        _log = log;
    }

    /// <summary>The endpoints to try, at most <see cref="MaxAttempts"/>: those in health in configured order, then the others.</summary>
    public IReadOnlyList<UpstreamEndpoint> Order(Upstream upstream)
    {
        if (upstream.Endpoints.Count == 1)
        {
            return upstream.Endpoints;
        }

        _state.TryGetCluster(upstream.Name, out var cluster);
        return [.. upstream.Endpoints.OrderBy(endpoint => IsSetAside(cluster, endpoint)).Take(MaxAttempts)];
    }

    public void Report(Upstream upstream, UpstreamEndpoint endpoint, EndpointSignal signal)
    {
        switch (signal)
        {
            case EndpointSignal.Answered:
                _failures[endpoint] = 0;
                SetHealth(upstream, endpoint, DestinationHealth.Healthy);
                break;
            case EndpointSignal.Failed or EndpointSignal.Unreachable:
                var failures = _failures.AddOrUpdate(endpoint, 1, (_, count) => Math.Min(count + 1, FailuresInARow));
                if (failures >= FailuresInARow || signal == EndpointSignal.Unreachable)
                {
                    SetHealth(upstream, endpoint, DestinationHealth.Unhealthy);
                }

                break;
        }
    }

    private static bool IsSetAside(ClusterState? cluster, UpstreamEndpoint endpoint) =>
        cluster is not null
        && cluster.Destinations.TryGetValue(endpoint.DestinationId, out var destination)
        && (destination.Health.Passive == DestinationHealth.Unhealthy || destination.Health.Active == DestinationHealth.Unhealthy);

    private void SetHealth(Upstream upstream, UpstreamEndpoint endpoint, DestinationHealth health)
    {
        if (!_state.TryGetCluster(upstream.Name, out var cluster)
            || !cluster.Destinations.TryGetValue(endpoint.DestinationId, out var destination)
            || destination.Health.Passive == health)
        {
            return;
        }

        var wasSetAside = destination.Health.Passive == DestinationHealth.Unhealthy;
        var pause = Pause * (0.75 + (Random.Shared.NextDouble() / 2));
        _health.SetPassive(cluster, destination, health, pause);
        if (health == DestinationHealth.Unhealthy)
        {
            OriginLog.EndpointUnhealthy(_log, upstream.Name, endpoint.Authority, pause);
        }
        else if (wasSetAside)
        {
            OriginLog.EndpointRecovered(_log, upstream.Name, endpoint.Authority);
        }
    }
}
