using System.Text;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Demo;
using EdgeCache.Fleet;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>What a node makes of a sibling's answers. The sibling, home for everything, is a fake origin with the same content, whose answers are scripted.</summary>
public sealed class SiblingAnswerTests
{
    private const string Name = "team/app";

    private static readonly int[] Sizes = [Sample.LargeBytes, Sample.SmallBytes, Sample.SmallBytes];
    private static readonly Sample App = Sample.Create(Name, Sizes);
    private static readonly RepositoryKey Repository = new(FleetFixture.Upstream, RepositoryName.Parse(Name));

    [Fact]
    public async Task DrainingSibling_IsKnownFromItsAnswer()
    {
        await using var sibling = await StartSiblingAsync();
        sibling.Faults.Always(When.AnyBlob, Fault.WithHeader("EdgeCache-Draining", "1"));
        await using var fleet = await StartAsync(sibling);
        var client = fleet.Nodes[0].Client;
        var answer = await client.GetAsync(App.BlobPath(1));
        answer.AssertIs(App.Layers[1].Bytes);
        Assert.Null(answer["EdgeCache-Draining"]);
        (await client.GetAsync(App.BlobPath(2))).AssertIs(App.Layers[2].Bytes);
        Assert.Equal(1, sibling.Log.Count(When.AnyBlob));
        Assert.Equal(1, fleet.BlobGets(App.Layers[2].Digest));
    }

    /// <summary>To ask again would spend more of what the fleet has too little of.</summary>
    [Fact]
    public async Task RateLimitedUpstream_IsAskedByTheHomeAlone()
    {
        await using var fleet = await FleetFixture.StartAsync(2, new FleetSetup(), App.Repository);
        fleet.Origin.Faults.Always(When.AnyBlob, Fault.Status(429, "7"));
        var asker = fleet.Rank(App.BlobDigest(1))[1];
        var answer = await asker.Client.GetAsync(App.BlobPath(1));
        Assert.Equal((503, "7"), (answer.Status, answer["Retry-After"]));
        Assert.Equal(1, fleet.BlobGets(App.BlobDigest(1)));
    }

    [Fact]
    public async Task SiblingsHeadersAlone_LinkNothing()
    {
        await using var sibling = await StartSiblingAsync();
        var gate = sibling.HoldAt(App.BlobDigest(0), Sample.LargeBytes / 2);
        await using var fleet = await StartAsync(sibling);
        var store = fleet.Nodes[0].Node.Services.GetRequiredService<CacheStore>();
        using var answer = await fleet.Nodes[0].Client.OpenAsync(App.BlobPath(0));
        await gate.ReachedAsync();
        await using var body = await answer.Content.ReadAsStreamAsync();
        Assert.Equal(1, await body.ReadAtLeastAsync(new byte[1], 1));
        Assert.False(store.LookupBlob(Repository, App.BlobDigest(0)).IsLinked);
        gate.Release();
        await EdgeClient.ReadAsync(body);
        await fleet.SettleAsync();
        Assert.True(store.LookupBlob(Repository, App.BlobDigest(0)).IsLinked);
    }

    /// <summary>The sibling's bytes are right; whoever wrote the manifest is not.</summary>
    [Fact]
    public async Task DescriptorThatLies_IsNotHeldAgainstTheSibling()
    {
        var manifest = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(App.Image.Bytes).Replace(
            $"\"size\":{Sample.LargeBytes}", $"\"size\":{Sample.LargeBytes + 1}", StringComparison.Ordinal));
        Assert.NotEqual(App.Image.Bytes, manifest);
        var builder = new SampleRepositoryBuilder(Name);
        Array.ForEach(App.Layers, layer => builder.AddBlob(layer.Bytes));
        var lie = builder.AddManifest(App.Image.MediaType, manifest, "lie");
        await using var sibling = await StartSiblingAsync();
        await using var fleet = await StartAsync(sibling);
        fleet.Origin.Content.Add(builder.Build());
        var client = fleet.Nodes[0].Client;
        (await client.GetAsync(EdgeClient.Manifest(Name, lie.Digest), ("Accept", lie.MediaType))).AssertIs(lie.Bytes);
        Assert.Equal(502, (await client.GetAsync(App.BlobPath(0))).Status);
        (await client.GetAsync(App.BlobPath(1))).AssertIs(App.Layers[1].Bytes);
        Assert.Equal(1, sibling.Log.Count(When.Blob(App.BlobDigest(0))));
        Assert.Equal(1, sibling.Log.Count(When.Blob(App.BlobDigest(1))));
        Assert.Equal(0, fleet.BlobGets(App.BlobDigest(1)));
    }

    /// <summary>It is always ready, and has the sample under the paths by which siblings ask.</summary>
    private static async Task<FakeOrigin> StartSiblingAsync()
    {
        var sibling = await FakeOrigin.StartAsync(Sample.Create($"{FleetFixture.Upstream}/{Name}", Sizes).Repository);
        sibling.Faults.Always(request => request.Path == "/healthz/ready", Fault.Status(200));
        return sibling;
    }

    /// <summary>One node, which looks at its sibling at the start and never again.</summary>
    private static Task<FleetFixture> StartAsync(FakeOrigin sibling) => FleetFixture.StartAsync(
        1,
        new FleetSetup
        {
            Fleet = options => options with
            {
                Members = [new MemberAddress(options.Self!, 0.01), new MemberAddress(sibling.Url, 100)],
                ProbeInterval = TimeSpan.FromHours(1),
            },
        },
        App.Repository);
}
