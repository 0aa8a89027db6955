using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

public sealed class EndpointFailoverTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);

    [Theory]
    [InlineData("500")]
    [InlineData("502")]
    [InlineData("429")]
    [InlineData("reset")]
    [InlineData("redirect loop")]
    [InlineData("gzip")]
    public async Task FirstEndpointFails_SecondTakesOver(string name)
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Always(When.Any, UpstreamFault.OfHeaders[name].Fault(first));
        var edge = await StartWithFirstAsync(first);

        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        (await edge.Client.GetAsync($"/v2/{_sample.Name}/tags/list")).AssertIs(await TagsAsync(edge));

        Assert.NotEmpty(first.Log.Requests);
    }

    [Fact]
    public async Task FirstEndpointIsDown_SecondTakesOver_AndTheFirstIsLeftAlone()
    {
        var first = await StartOriginAsync(_sample.Repository);
        var edge = await StartWithFirstAsync(first);
        await first.StopAsync();

        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        await first.StartAgainAsync();
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);

        Assert.Empty(first.Log.Requests);
    }

    [Fact]
    public async Task FirstEndpointIsSilent_SecondTakesOverAtTheTimeout()
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Always(When.Any, Fault.Silence);
        var edge = await StartWithFirstAsync(first);

        var pull = edge.Client.GetAsync(_sample.BlobPath(0));
        await first.Log.WaitAsync(When.Any);
        Clock.Advance(TimeSpan.FromSeconds(10));

        (await pull).AssertIs(_sample.Layers[0].Bytes);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(401)]
    [InlineData(403)]
    public async Task AnswerOfTheFirstEndpoint_IsTheAnswer(int status)
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Always(When.Any, Fault.Status(status));
        var edge = await StartWithFirstAsync(first);

        Assert.Equal(status == 404 ? 404 : 403, (await edge.Client.GetAsync(_sample.BlobPath(0))).Status);

        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Fact]
    public async Task FirstEndpointInHealth_IsUsedAlone()
    {
        var first = await StartOriginAsync(_sample.Repository);
        var edge = await StartWithFirstAsync(first);

        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);

        Assert.Empty(edge.Origin.Log.Requests);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("reset")]
    [InlineData("wrong byte")]
    [InlineData("too short")]
    public async Task FirstEndpointSendsAManifestThatIsNotWhole_SecondIsAsked(string name)
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Always(When.Any, Spoilt(name));
        var edge = await StartWithFirstAsync(first);

        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Assert.Single(first.Log.Requests);
        Assert.Single(edge.Origin.Log.Requests);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        Assert.Single(edge.Origin.Log.Requests);
    }

    [Theory]
    [InlineData("wrong byte")]
    [InlineData("too short")]
    public async Task FirstEndpointSendsASmallBlobThatIsWrong_SecondIsAsked(string name)
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Always(When.Any, Spoilt(name));
        var edge = await StartWithFirstAsync(first);

        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);

        Assert.Single(first.Log.Requests);
        Assert.Single(edge.Origin.Log.Requests);
    }

    [Fact]
    public async Task SmallBlobOfAKnownSizeThatIsTooShort_SecondIsAsked()
    {
        var first = await StartOriginAsync(_sample.Repository);
        var edge = await StartWithFirstAsync(first);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        first.Faults.Always(When.Any, Fault.ShortBody(10));

        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(404)]
    [InlineData(403)]
    public async Task BlobIsWrongAtTheFirstEndpoint_AndNotToBeHadAtTheSecond_FirstIsTheAnswer(int status)
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Always(When.Any, Fault.FlipByte(10));
        var edge = await StartWithFirstAsync(first);
        edge.Origin.Faults.Always(When.Any, status == 0 ? Fault.FlipByte(20) : Fault.Status(status));

        Assert.Equal(502, (await edge.Client.GetAsync(_sample.BlobPath(1))).Status);

        Assert.Equal((1, 1), Asked(first, edge));
    }

    [Fact]
    public async Task ManifestBreaksOffAtTheFirstEndpoint_NotFoundAtTheSecond_IsNotRemembered()
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Add(When.Any, Fault.CutAfter(10));
        var edge = await StartWithFirstAsync(first);
        edge.Origin.Faults.Always(When.Any, Fault.Status(404));

        Assert.Equal(503, (await edge.Client.GetAsync(_sample.TagPath())).Status);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
    }

    [Fact]
    public async Task ManifestBreaksOffAtTheSecondEndpoint_NobodyIsAskedAThirdTime()
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Always(When.Any, Fault.Status(503));
        var edge = await StartWithFirstAsync(first);
        edge.Origin.Faults.Always(When.Any, Fault.CutAfter(10));

        Assert.Equal(503, (await edge.Client.GetAsync(_sample.TagPath())).Status);

        Assert.Equal((1, 1), Asked(first, edge));
    }

    [Fact]
    public async Task ManifestIsWrongAtTheFirstEndpoint_AndTheSecondIsNotToBeAsked_FirstIsNotAskedAgain()
    {
        var first = await StartOriginAsync(_sample.Repository);
        first.Faults.Always(When.Any, Fault.FlipByte(10));
        var edge = await StartWithFirstAsync(first);
        edge.Origin.Faults.Always(When.Any, Fault.Status(429, "60"));

        await edge.Client.GetAsync(_sample.TagPath());
        Assert.Equal(502, (await edge.Client.GetAsync(_sample.TagPath())).Status);

        Assert.Equal((2, 1), Asked(first, edge));
    }

    private static (int First, int Second) Asked(FakeOrigin first, EdgeFixture edge) => (first.Log.Requests.Count, edge.Origin.Log.Requests.Count);

    private static Fault Spoilt(string name) => name switch
    {
        "cut" => Fault.CutAfter(10),
        "reset" => Fault.CutAfter(10) with { Resets = true },
        "wrong byte" => Fault.FlipByte(10),
        _ => Fault.ShortBody(10),
    };

    private static async Task<byte[]> TagsAsync(EdgeFixture edge)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await http.GetByteArrayAsync(new Uri(edge.Origin.Url, "/v2/team/app/tags/list"));
    }

    private Task<EdgeFixture> StartWithFirstAsync(FakeOrigin first) => StartAsync(new EdgeSetup
    {
        Repositories = [_sample.Repository],
        Clock = Clock,
        Upstream = upstream => upstream with { Endpoints = [first.Url, .. upstream.Endpoints] },
    });
}
