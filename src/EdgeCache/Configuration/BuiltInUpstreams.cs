using EdgeCache.Origin;

namespace EdgeCache.Configuration;

/// <summary>The upstreams of a node that is configured with none. Configuring any upstream drops them all: the list stays closed.</summary>
internal static class BuiltInUpstreams
{
    public const string DefaultName = "docker.io";

    public static IReadOnlyList<UpstreamOptions> All { get; } =
    [
        // PROTOCOL 1: docker.io is served by another host.
        Upstream(DefaultName, "https://registry-1.docker.io"),
        Upstream("ghcr.io", "https://ghcr.io"),
        Upstream("quay.io", "https://quay.io"),
        Upstream("registry.k8s.io", "https://registry.k8s.io"),
        Upstream("gcr.io", "https://gcr.io"),
        Upstream("mcr.microsoft.com", "https://mcr.microsoft.com"),
        Upstream("public.ecr.aws", "https://public.ecr.aws"),
    ];

    private static UpstreamOptions Upstream(string name, string endpoint) => new() { Name = name, Endpoints = [new Uri(endpoint)] };
}
