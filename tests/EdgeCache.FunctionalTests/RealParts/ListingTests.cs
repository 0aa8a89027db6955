using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>What skopeo asks of a registry besides pulls.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class ListingTests(DockerRegistryStore store)
{
    private const string Hello = "library/hello";

    [RealProgramTheory(DockerRegistry.Program, SkopeoClient.Program, "htpasswd")]
    [InlineData(UpstreamMode.Plain)]
    [InlineData(UpstreamMode.Passwords)]
    [InlineData(UpstreamMode.Tokens)]
    [InlineData(UpstreamMode.Tls)]
    public async Task SkopeoListTags_HasTheUpstreamsTags(UpstreamMode mode)
    {
        await using var upstream = await RealUpstream.StartAsync(store, mode);
        await using var node = await RealNode.StartAsync(upstream.Options);
        using var skopeo = new SkopeoClient();

        var tags = await skopeo.ListTagsAsync($"{node.Authority}/docker.io/{Hello}");

        Assert.Equal(store[Hello].Tags.Keys.Order(StringComparer.Ordinal), tags.Order(StringComparer.Ordinal));
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task SkopeoInspect_HasDigestTagsAndLayers()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        using var skopeo = new SkopeoClient();

        var seen = await skopeo.InspectAsync($"{node.Authority}/docker.io/library/layers:latest");

        Assert.Equal(store["library/layers"].Tags["latest"].ToString(), seen.GetProperty("Digest").GetString());
        Assert.Equal(35, seen.GetProperty("Layers").GetArrayLength());
        Assert.Equal("latest", Assert.Single(seen.GetProperty("RepoTags").EnumerateArray()).GetString());
    }

    [RealProgramFact(DockerRegistry.Program, SkopeoClient.Program)]
    public async Task UnknownImage_IsTheUpstreams404()
    {
        await using var upstream = await RealUpstream.StartAsync(store);
        await using var node = await RealNode.StartAsync(upstream.Options);
        using var skopeo = new SkopeoClient();

        var pull = await skopeo.PullAsync($"{node.Authority}/docker.io/library/absent:latest");

        Assert.False(pull.Succeeded);
        Assert.Contains("manifest unknown", pull.Output, StringComparison.Ordinal);
    }
}
