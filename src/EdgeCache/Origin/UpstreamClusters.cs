using Yarp.ReverseProxy.Configuration;

namespace EdgeCache.Origin;

/// <summary>
/// The upstreams as YARP clusters, one destination for each endpoint. There are no routes: our own routing decides, and forwards to a cluster's
/// destination itself. Pure.
/// </summary>
internal static class UpstreamClusters
{
    public static IReadOnlyList<ClusterConfig> Create(IEnumerable<Upstream> upstreams) =>
        [.. upstreams.Select(upstream => new ClusterConfig
        {
            ClusterId = upstream.Name,
            Destinations = upstream.Endpoints.ToDictionary(
                endpoint => endpoint.DestinationId,
                endpoint => new DestinationConfig { Address = endpoint.Root.AbsoluteUri },
                StringComparer.OrdinalIgnoreCase),

            // Passive only, fed by EndpointPool: probing /v2/ would only show its 401 (DESIGN).
            HealthCheck = new HealthCheckConfig { Passive = new PassiveHealthCheckConfig { Enabled = true } },
        })];
}
