using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>A real client whose tags are never fresh: each pull asks the registry what the tag means, and no more than that.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class FreshnessTests(DockerRegistryStore store)
{
    private const string Image = "library/hello";

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task StaleTag_IsRevalidatedByHeadAlone()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options with { TagFreshness = TimeSpan.Zero });
        await using var skopeo = PullingClient.StartSkopeo(node);
        (await skopeo.PullAsync($"docker.io/{Image}:latest")).EnsureSuccess();
        await upstream.Registry.StopAsync();
        await upstream.Registry.StartAgainAsync();

        var pull = await skopeo.PullAsync($"docker.io/{Image}:latest");
        await upstream.Registry.SettleAsync();

        Assert.Equal(store[Image].Tags["latest"], pull.EnsureSuccess());
        Assert.Equal(["HEAD /v2/library/hello/manifests/latest"], upstream.Registry.ListRequests().Select(WithoutQuery).Distinct());
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task StaleTagWithTheUpstreamStopped_IsServed()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options with { TagFreshness = TimeSpan.Zero });
        await using var skopeo = PullingClient.StartSkopeo(node);
        (await skopeo.PullAsync($"docker.io/{Image}:latest")).EnsureSuccess();

        await upstream.Registry.StopAsync();
        var pull = await skopeo.PullAsync($"docker.io/{Image}:latest");

        Assert.Equal(store[Image].Tags["latest"], pull.EnsureSuccess());
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task ColdImageWithTheUpstreamStopped_Fails()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        await using var skopeo = PullingClient.StartSkopeo(node);
        await upstream.Registry.StopAsync();

        Assert.False((await skopeo.PullAsync($"docker.io/{Image}:latest")).Succeeded);
        await upstream.Registry.StartAgainAsync();
        Assert.True((await skopeo.PullAsync($"docker.io/{Image}:latest")).Succeeded);
    }

    private static string WithoutQuery(string request) => request.Split('?')[0];
}
