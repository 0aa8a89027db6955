using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

/// <summary>Bytes are shared between repositories, rights never.</summary>
public sealed class RepositoryRightsTests : EdgeTests
{
    private const int Repositories = 50;
    private const int Size = 4 << 20;

    [Fact]
    public async Task SameDigestInManyRepositories_IsOneFetch_EachAuthorisedAlone()
    {
        var samples = Enumerable.Range(0, Repositories).Select(index => Sample.Create($"team/r{index}", Size)).ToArray();
        var digest = samples[0].BlobDigest(0);
        var edge = await StartAsync(new EdgeSetup { Repositories = [.. samples.Select(sample => sample.Repository)] });
        var gate = edge.Origin.HoldAt(digest, Size / 2);

        var first = edge.Client.OpenAsync(samples[0].BlobPath(0));
        await gate.ReachedAsync();
        var others = samples[1..].Select(sample => edge.Client.OpenAsync(sample.BlobPath(0))).ToArray();
        HttpResponseMessage[] responses = [await first, .. await Task.WhenAll(others)];
        var confirmations = edge.Origin.Log.Where(When.Blob(digest)).Where(request => request.Repository != samples[0].Name).ToArray();
        await Task.WhenAll(confirmations.Select(request => request.Ended)).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.All(confirmations, request => Assert.True(request.ClientLeft, $"{request}"));
        gate.Release();

        var bodies = await Task.WhenAll(responses.Select(async response =>
            await EdgeClient.IsEqualAsync(await response.Content.ReadAsStreamAsync(), samples[0].Layers[0].Bytes)));
        Assert.All(bodies, Assert.True);
        Assert.All(responses, response => response.Dispose());
        var asked = edge.Origin.Log.Where(When.Blob(digest));
        Assert.Equal(samples.Select(sample => sample.Name).Order(), asked.Select(request => request.Repository).Order());
        Assert.Equal(Size, Assert.Single(asked, request => !request.ClientLeft).BytesSent);
        await edge.SettleAsync();
        Assert.Single(CacheFiles.Final(edge.Cache));
    }

    [Fact]
    public async Task RepositoryThatUpstreamRefuses_GetsNothingOfCachedBytes()
    {
        var (owner, stranger) = (Sample.Create("team/owner", Size), Sample.Create("team/stranger", 10));
        var edge = await StartAsync(new EdgeSetup { Repositories = [owner.Repository, stranger.Repository] });
        (await edge.Client.GetAsync(owner.TagPath())).AssertIs(owner.Image.Bytes);
        (await edge.Client.GetAsync(owner.BlobPath(0))).AssertIs(owner.Layers[0].Bytes);
        await edge.SettleAsync();

        await AssertUnknownAsync(edge, EdgeClient.Blob(stranger.Name, owner.BlobDigest(0)), "BLOB_UNKNOWN");
        await AssertUnknownAsync(edge, EdgeClient.Manifest(stranger.Name, owner.Image.Digest), "MANIFEST_UNKNOWN");
        (await edge.Client.GetAsync(owner.BlobPath(0))).AssertIs(owner.Layers[0].Bytes);
    }

    [Fact]
    public async Task SameNameAtAnotherUpstream_IsAnotherRepository()
    {
        var sample = Sample.Create("team/app", Sample.SmallBytes);
        var edge = await StartAsync(new EdgeSetup { Repositories = [sample.Repository] });
        (await edge.Client.GetAsync(sample.BlobPath(0))).AssertIs(sample.Layers[0].Bytes);
        await edge.SettleAsync();

        edge.Origin.Faults.Add(When.AnyBlob, Fault.Status(403));
        (await edge.Client.GetAsync($"{sample.BlobPath(0)}?ns={EdgeFixture.OtherUpstream}")).AssertFails(403, "DENIED");
        (await edge.Client.GetAsync($"{sample.BlobPath(0)}?ns={EdgeFixture.OtherUpstream}")).AssertIs(sample.Layers[0].Bytes);
    }

    [Fact]
    public async Task RefusedRepositoryThatJoinsAFill_GetsNothing_AndHarmsNobody()
    {
        var (owner, stranger) = (Sample.Create("team/owner", Size), Sample.Create("team/stranger", 10));
        var edge = await StartAsync(new EdgeSetup { Repositories = [owner.Repository, stranger.Repository] });
        var gate = edge.Origin.Hold(When.Blob(owner.BlobDigest(0)).And(When.InRepository(owner.Name)), Size / 2);
        var pull = edge.Client.GetAsync(owner.BlobPath(0));
        await gate.ReachedAsync();

        await AssertUnknownAsync(edge, EdgeClient.Blob(stranger.Name, owner.BlobDigest(0)), "BLOB_UNKNOWN");
        Assert.False(pull.IsCompleted);
        gate.Release();

        (await pull).AssertIs(owner.Layers[0].Bytes);
    }

    [Fact]
    public async Task RefusedRepositoryThatStartsTheFill_DoesNotFailTheOwnerThatJoins()
    {
        var (owner, stranger) = (Sample.Create("team/owner", Size), Sample.Create("team/stranger", 10));
        var edge = await StartAsync(new EdgeSetup { Repositories = [owner.Repository, stranger.Repository] });
        (await edge.Client.GetAsync(owner.TagPath())).AssertIs(owner.Image.Bytes);
        var gate = edge.Origin.HoldHeaders(When.AnyBlob.And(When.InRepository(stranger.Name)));
        var refused = edge.Client.GetAsync(EdgeClient.Blob(stranger.Name, owner.BlobDigest(0)));
        await gate.ReachedAsync();

        var pull = edge.Client.GetAsync(owner.BlobPath(0));
        await Eventually.TrueAsync(() => edge.InFlight == 2);
        gate.Release();

        (await refused).AssertFails(404, "BLOB_UNKNOWN");
        (await pull).AssertIs(owner.Layers[0].Bytes);
    }

    [Fact]
    public async Task UnlinkedRepositoryWhileUpstreamIsDown_Is503_NeverTheBytes()
    {
        var (owner, member) = (Sample.Create("team/owner", Size), Sample.Create("team/member", Size));
        var edge = await StartAsync(new EdgeSetup { Repositories = [owner.Repository, member.Repository] });
        (await edge.Client.GetAsync(owner.BlobPath(0))).AssertIs(owner.Layers[0].Bytes);
        await edge.SettleAsync();
        await edge.Origin.StopAsync();

        (await edge.Client.GetAsync(member.BlobPath(0))).AssertFails(503, "UNKNOWN");
        (await edge.Client.GetAsync(owner.BlobPath(0))).AssertIs(owner.Layers[0].Bytes);
        await edge.Origin.StartAgainAsync();

        var linked = await edge.Client.GetAsync(member.BlobPath(0));
        linked.AssertIs(owner.Layers[0].Bytes);
        Assert.Equal("EdgeCache; fwd=miss; detail=linked", linked.CacheStatus);
    }

    private static async Task AssertUnknownAsync(EdgeFixture edge, string path, string code)
    {
        (await edge.Client.GetAsync(path)).AssertFails(404, code);
        Assert.Equal(404, (await edge.Client.HeadAsync(path)).Status);
        (await edge.Client.GetAsync(path, ("Range", "bytes=0-0"))).AssertFails(404, code);
        (await edge.Client.GetAsync(path, ("If-None-Match", "*"))).AssertFails(404, code);
    }
}
