using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>Whatever the upstream does, no client takes wrong or short bytes for the blob, nothing of it stays, and the next pull works.</summary>
public sealed class BlobFaultTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);

    public static TheoryData<string, bool> HeaderFaults { get; } = Cases(UpstreamFault.OfHeaders.Keys);

    public static TheoryData<string, bool> BodyFaults { get; } = Cases(UpstreamFault.OfBody.Keys);

    [Theory]
    [MemberData(nameof(HeaderFaults))]
    public async Task FaultBeforeTheBody_IsACleanFailure(string name, bool isLarge)
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var layer = isLarge ? 0 : 1;
        var (fault, status) = UpstreamFault.OfHeaders[name];
        edge.Origin.Faults.Always(When.Any, fault(edge.Origin));

        var answer = await edge.Client.GetAsync(_sample.BlobPath(layer));

        answer.AssertFails(status, status switch { 403 => "DENIED", 404 => "BLOB_UNKNOWN", _ => "UNKNOWN" });
        Assert.Equal(name == "429" ? "7" : null, answer["Retry-After"]);
        await AssertRecoversAsync(edge, layer);
    }

    [Theory]
    [MemberData(nameof(BodyFaults))]
    public async Task FaultInTheBody_NeverLooksComplete(string name, bool isLarge)
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var layer = isLarge ? 0 : 1;
        var content = _sample.Layers[layer].Bytes;
        var (fault, status) = UpstreamFault.OfBody[name];
        edge.Origin.Faults.Always(When.AnyBlob, Scale(fault, content.Length));

        var answer = await edge.Client.GetAsync(_sample.BlobPath(layer));

        AssertHonest(answer, isLarge, status);
        await AssertRecoversAsync(edge, layer);
    }

    [Theory]
    [MemberData(nameof(BodyFaults))]
    public async Task FaultInTheBodyOfABlobOfAKnownSize_NeverLooksComplete(string name, bool isLarge)
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        var layer = isLarge ? 0 : 1;
        edge.Origin.Faults.Always(When.AnyBlob, Scale(UpstreamFault.OfBody[name].Fault, _sample.Layers[layer].Bytes.Length));

        // The manifest tells the size, so that some faults show earlier, and others by another name.
        AssertHonest(await edge.Client.GetAsync(_sample.BlobPath(layer)), isLarge, status: null);
        await AssertRecoversAsync(edge, layer);
    }

    [Fact]
    public async Task EveryReaderOfABrokenFill_IsAborted()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        var gate = new OriginGate();
        edge.Origin.Faults.Always(When.AnyBlob, Fault.CutAfter(Sample.LargeBytes - 1) with { BodyGate = gate, BodyGateOffset = Sample.LargeBytes / 2 });
        using var leader = await edge.Client.OpenAsync(_sample.BlobPath(0));
        using var follower = await edge.Client.OpenAsync(_sample.BlobPath(0));
        var tail = edge.Client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=-10"));
        await Eventually.TrueAsync(() => edge.InFlight == 3);
        gate.Release();

        Assert.True((await EdgeClient.ReadAsync(await leader.Content.ReadAsStreamAsync())).IsTorn);
        Assert.True((await EdgeClient.ReadAsync(await follower.Content.ReadAsStreamAsync())).IsTorn);
        var torn = await tail;
        Assert.True(torn.IsTorn || torn.Status == 503, $"{torn.Status}");
        await AssertRecoversAsync(edge, 0);
    }

    [Fact]
    public async Task EndlessBody_EndsAtTheKnownSize()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        edge.Origin.Faults.Always(When.AnyBlob, Fault.EndlessBody);

        AssertHonest(await edge.Client.GetAsync(_sample.BlobPath(0)), isLarge: true, status: null);

        var request = Assert.Single(edge.Origin.Log.Where(When.AnyBlob));
        await request.Ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.InRange(request.BytesSent, Sample.LargeBytes, 64 << 20);
        await AssertRecoversAsync(edge, 0);
    }

    [Fact]
    public async Task RedirectToStorage_IsFollowedWithoutAuthorization()
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Upstream = upstream => upstream with { Username = "user", Password = "secret" },
        });
        edge.Origin.Auth = OriginAuth.Basic("user", "secret");
        edge.Origin.Behaviour.RedirectsBlobsToStorage = true;

        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);

        Assert.NotEmpty(edge.Origin.Log.Where(request => request.Kind == OriginRequestKind.BlobGet && request.Authorization is not null));
        Assert.Equal(2, edge.Origin.Log.Count(When.Storage));
        Assert.All(edge.Origin.Log.Where(When.Storage), request => Assert.Null(request.Authorization));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task StorageThatFails_IsA503AndNoWordOnRights(int status)
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        edge.Origin.Behaviour.RedirectsBlobsToStorage = true;
        edge.Origin.Faults.Add(When.Storage, Fault.Status(status));

        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertFails(503, "UNKNOWN");

        await AssertRecoversAsync(edge, 1);
    }

    private static TheoryData<string, bool> Cases(IEnumerable<string> names)
    {
        var cases = new TheoryData<string, bool>();
        foreach (var name in names)
        {
            cases.Add(name, false);
            cases.Add(name, true);
        }

        return cases;
    }

    /// <summary>The faults' offsets are meant for small content; in large content they lie far behind the first visible byte.</summary>
    private static Fault Scale(Fault fault, int sizeBytes)
    {
        var factor = sizeBytes / 2000;
        return fault with
        {
            EndsAfterBytes = fault.EndsAfterBytes < 0 ? sizeBytes + fault.EndsAfterBytes : fault.EndsAfterBytes * factor,
            CutsAfterBytes = fault.CutsAfterBytes * factor,
            ContentLength = fault.ContentLength > 1000 ? fault.ContentLength : fault.ContentLength * factor,
        };
    }

    private void AssertHonest(EdgeAnswer answer, bool isLarge, int? status)
    {
        if (answer.IsTorn)
        {
            // Small blobs are verified before their headers: they fail cleanly, or not at all.
            Assert.True(isLarge, "A small blob was torn.");
            Assert.True(answer.Body.Length < _sample.Layers[0].Bytes.Length);
            return;
        }

        if (!isLarge && status is { } expected)
        {
            answer.AssertFails(expected, "UNKNOWN");
            return;
        }

        Assert.True(answer.Status is 502 or 503, $"{answer.Status}, {answer.Body.Length} bytes");
        answer.AssertFails(answer.Status, "UNKNOWN");
    }

    private async Task AssertRecoversAsync(EdgeFixture edge, int layer)
    {
        await edge.AssertNotStoredAsync(_sample.BlobDigest(layer));
        edge.Origin.Faults.Clear();
        (await edge.Client.GetAsync(_sample.BlobPath(layer))).AssertIs(_sample.Layers[layer].Bytes);
        await edge.SettleAsync();
        Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(_sample.BlobPath(layer))).CacheStatus);
    }
}
