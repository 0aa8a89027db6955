using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Security;

/// <summary>Where an upstream may send the node, and with what.</summary>
public sealed class PrivateAddressTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("team/app", Sample.SmallBytes);

    [Theory]
    [InlineData("http://127.0.0.1:{0}/blob")]
    [InlineData("http://[::1]:{0}/blob")]
    [InlineData("http://localhost:{0}/blob")]
    [InlineData("http://127.1:{0}/blob")]
    [InlineData("http://2130706433:{0}/blob")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/blob")]
    [InlineData("http://0.0.0.0:{0}/blob")]
    public async Task RedirectToAPrivateAddress_IsNotFollowed(string location)
    {
        var canary = await StartOriginAsync();
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Upstream = upstream => upstream with { AllowPrivateAddresses = false },
        });
        edge.Origin.Faults.Always(When.AnyBlob, Fault.RedirectTo(new Uri(string.Format(null, location, canary.Url.Port))));

        var answer = await edge.Client.GetAsync(_sample.BlobPath(0));

        answer.AssertFails(502, "UNKNOWN");
        Assert.Empty(canary.Log.Requests);
        edge.Origin.Faults.Clear();
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
    }

    [Fact]
    public async Task RedirectToAnotherHost_CarriesNoAuthorization_AndItsChallengeIsNotAnswered()
    {
        var thief = await StartOriginAsync();
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Upstream = upstream => upstream with { Username = "user", Password = "secret" },
        });
        edge.Origin.Auth = OriginAuth.Basic("user", "secret");
        thief.Auth = OriginAuth.Basic("user", "secret");
        edge.Origin.Faults.Always(When.AnyBlob, Fault.RedirectTo(new Uri(thief.Url, "/v2/team/app/blobs/loot")));

        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertFails(503, "UNKNOWN");

        Assert.NotEmpty(thief.Log.Requests);
        Assert.All(thief.Log.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task RealmOfAThief_GetsNoRequest()
    {
        var thief = await StartOriginAsync();
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Upstream = upstream => upstream with { Username = "user", Password = "secret" },
        });
        edge.Origin.Auth = OriginAuth.Bearer("user", "secret") with { Realm = new Uri($"http://localhost:{thief.Url.Port}/token") };

        Assert.Contains((await edge.Client.GetAsync(_sample.TagPath())).Status, (int[])[403, 502, 503]);
        Assert.Contains((await edge.Client.GetAsync(_sample.BlobPath(0))).Status, (int[])[403, 502, 503]);

        Assert.Empty(thief.Log.Requests);
        Assert.All(edge.Origin.Log.Requests, request => Assert.Null(request.Authorization));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PrivateUpstream_IsPulledWithTheConfiguredCredentials(bool isBearer)
    {
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Upstream = upstream => upstream with { Username = "user", Password = "secret" },
        });
        edge.Origin.Auth = isBearer ? OriginAuth.Bearer("user", "secret") : OriginAuth.Basic("user", "secret");

        (await edge.Client.GetAsync(_sample.TagPath(), ("Authorization", "Bearer of-the-client"))).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);

        Assert.DoesNotContain(edge.Origin.Log.Requests, request => request.Authorization?.Contains("of-the-client", StringComparison.Ordinal) == true);
        Assert.Equal(isBearer ? 1 : 0, edge.Origin.Tokens.Issued);
    }

    [Fact]
    public async Task PublicListener_ShowsNothingOfAdmin()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });

        foreach (var path in (string[])["/metrics", "/admin", "/api", "/debug", "/healthz", "/swagger", "/favicon.ico"])
        {
            (await edge.Client.GetAsync(path)).AssertFails(404, "UNSUPPORTED");
            (await edge.Client.GetAsync(path, ("Host", edge.Node.AdminAddress.Authority))).AssertFails(404, "UNSUPPORTED");
        }

        Assert.Equal("ok\n"u8.ToArray(), (await edge.Client.GetAsync("/healthz/ready")).Body);
        Assert.Equal(404, (await edge.Client.GetAsync(new Uri(edge.Node.AdminAddress, "/v2/").ToString())).Status);
    }
}
