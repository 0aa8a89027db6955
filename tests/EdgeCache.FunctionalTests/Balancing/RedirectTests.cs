using System.Net;
using System.Security.Cryptography.X509Certificates;
using EdgeCache.Configuration;
using EdgeCache.Fleet;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Balancing;

/// <summary>Clients that are sent on to a node, and the ticket that they show there.</summary>
public sealed class RedirectTests : EdgeTests, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);

    private string Path => _sample.BlobPath(0);

    /// <summary>The path that names the upstream.</summary>
    private string Canonical => $"/v2/{EdgeFixture.DefaultUpstream}{Path["/v2".Length..]}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Blob_IsFetchedFromItsHome_AndItsBytesDoNotPassTheBalancer()
    {
        var fleet = await StartAsync(new BalancedSetup().Redirecting());
        using var client = new EdgeClient(fleet.Balancer.RedirectAddresses[0]);
        (await client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            var answer = await client.SendAsync(method, Path, ("Authorization", "Basic Y2xpZW50OnNlY3JldA=="));
            Assert.Equal(307, answer.Status);
            Assert.Equal("no-store", answer["Cache-Control"]);
            Assert.Empty(answer.Body);
            var location = new Uri(answer["Location"]!); // A redirect has one.
            Assert.Equal(fleet.Ranking(_sample.BlobDigest(0))[0].Url.Authority, location.Authority);
            Assert.Equal(Canonical, location.AbsolutePath);
            var blob = await fleet.Client.SendAsync(method, location.AbsoluteUri);
            Assert.Equal((200, Sample.LargeBytes), (blob.Status, int.Parse(blob["Content-Length"]!, null))); // A whole blob has one.
        }

        Assert.Equal(_sample.Image.Bytes.Length, await fleet.MetricAsync("edgecache_served_bytes_total"));
        Assert.Equal(2, await fleet.MetricAsync("edgecache_balancer_requests_total", "mode=\"redirect\""));
    }

    [Fact]
    public async Task HundredClientsOnOneColdBlob_AreOneUpstreamGet()
    {
        var fleet = await StartAsync(new BalancedSetup().Redirecting().WithoutBound());
        using var client = new EdgeClient(fleet.Balancer.RedirectAddresses[0]);
        var gate = fleet.Origin.HoldAt(_sample.BlobDigest(0), Sample.LargeBytes / 2);
        var pulls = Enumerable.Range(0, 100).Select(async _ =>
            await client.GetAsync((await client.GetAsync(Path))["Location"]!)).ToList(); // A redirect has one.
        await gate.ReachedAsync();
        await Eventually.TrueAsync(() => fleet.CountsOf(Canonical).Sum() == 100);
        gate.Release();
        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_sample.Layers[0].Bytes));
        Assert.Equal(1, fleet.Origin.Log.Count(When.AnyBlob));
    }

    [Fact]
    public async Task HotDigest_IsSpreadByTheBound()
    {
        var fleet = await StartAsync(new BalancedSetup { Nodes = 4 }.Redirecting());
        using var client = new EdgeClient(fleet.Balancer.RedirectAddresses[0]);
        var hosts = new List<string>();
        for (var i = 0; i < 48; i++)
        {
            hosts.Add(new Uri((await client.GetAsync(Path))["Location"]!).Authority); // A redirect has one.
        }

        // At most 1.25 × 48 / 4 within the time that they count; on a slow machine the first may be over by then.
        Assert.Equal(4, hosts.Distinct().Count());
        Assert.All(fleet.Members.All, member => Assert.InRange(member.InFlight, 0, 15));
    }

    [Theory]
    [InlineData("127.0.0.0/8", 307)]
    [InlineData("10.0.0.0/8", 200)]
    public async Task Network_SaysWhoIsSentOn(string network, int status)
    {
        var fleet = await StartAsync(new BalancedSetup
        {
            Balancer = options => options with { Balancer = options.Balancer with { RedirectNetworks = [IPNetwork.Parse(network)] } },
        });
        Assert.Equal(status, (await fleet.Client.GetAsync(Path)).Status);
        Assert.Equal(200, (await fleet.Client.GetAsync(_sample.ManifestPath)).Status);
    }

    [Fact]
    public async Task ClientByHttps_IsNotSentToHttp()
    {
        using var certificates = new TestCertificates(_folder.Path);
        var fleet = await StartAsync(new BalancedSetup
        {
            Balancer = options => options with
            {
                Certificate = certificates.Server.CertificateFile,
                CertificateKey = certificates.Server.KeyFile,
                Balancer = options.Balancer with { RedirectListen = [ListenAddress.Parse("https://127.0.0.1:0")] },
            },
        });
        using var authority = X509CertificateLoader.LoadCertificateFromFile(certificates.CaFile);
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = new EdgeClient(fleet.Balancer.RedirectAddresses[0], authority) { Version = version };
            (await client.GetAsync(Path)).AssertIs(_sample.Layers[0].Bytes);
        }
    }

    [Fact]
    public async Task ClientByHttps_IsSentToHttps()
    {
        using var certificates = new TestCertificates(_folder.Path);
        EdgeCacheOptions WithCertificate(EdgeCacheOptions options) => options with
        {
            Certificate = certificates.Server.CertificateFile,
            CertificateKey = certificates.Server.KeyFile,
        };
        var fleet = await StartAsync(new BalancedSetup
        {
            Node = node => WithCertificate(node) with { Listen = [ListenAddress.Parse("https://127.0.0.1:0")] },
            Balancer = options => WithCertificate(options) with
            {
                Fleet = options.Fleet with { CaFile = certificates.CaFile },
                Balancer = options.Balancer with { RedirectListen = [ListenAddress.Parse("https://127.0.0.1:0")] },
            },
        });
        using var authority = X509CertificateLoader.LoadCertificateFromFile(certificates.CaFile);
        using var client = new EdgeClient(fleet.Balancer.RedirectAddresses[0], authority);
        // What is not redirected is passed on over TLS.
        (await client.GetAsync(_sample.ManifestPath)).AssertIs(_sample.Image.Bytes);
        var answer = await client.GetAsync(Path);
        Assert.Equal(307, answer.Status);
        Assert.StartsWith("https://", answer["Location"], StringComparison.Ordinal);
        (await client.GetAsync(answer["Location"]!)).AssertIs(_sample.Layers[0].Bytes); // A redirect has one.
    }

    [Fact]
    public async Task Ticket_IsOfOnePath_OneFleetAndAShortTime()
    {
        var fleet = await StartAsync(new BalancedSetup { Nodes = 1 });
        using var node = new EdgeClient(fleet.Nodes[0].Url);
        var secret = new FleetSecret(BalancedFleet.Secret);
        var good = PullTicket.AddTo(Canonical, secret, DateTimeOffset.UtcNow);
        string[] bad =
        [
            PullTicket.AddTo(Canonical, new FleetSecret("the secret of another fleet, as long as it"), DateTimeOffset.UtcNow),
            PullTicket.AddTo(Canonical, secret, DateTimeOffset.UtcNow - TimeSpan.FromMinutes(10)),
            good.Replace(Canonical, Path, StringComparison.Ordinal),
            $"{good}&{good[(good.IndexOf('?') + 1)..]}",
            $"{Canonical}?{PullTicket.Parameter}=",
        ];
        Assert.All(
            await Task.WhenAll(bad.Select(target => node.GetAsync(target))), answer => answer.AssertFails(403, "DENIED"));
        Assert.Equal(0, fleet.Origin.Log.Count(When.Any));
        (await node.GetAsync(good)).AssertIs(_sample.Layers[0].Bytes);
        (await node.GetAsync(good + "&ns=docker.io")).AssertIs(_sample.Layers[0].Bytes);
        (await node.GetAsync(Path)).AssertIs(_sample.Layers[0].Bytes);
    }

    [Fact]
    public async Task NodeWithoutASecret_DoesNotLookAtTickets()
    {
        var fleet = await StartAsync(new BalancedSetup { Nodes = 1, Node = node => node with { Fleet = new FleetOptions() } });
        using var node = new EdgeClient(fleet.Nodes[0].Url);
        (await node.GetAsync($"{Path}?{PullTicket.Parameter}=x")).AssertIs(_sample.Layers[0].Bytes);
    }

    private async Task<BalancedFleet> StartAsync(BalancedSetup setup) =>
        Own(await BalancedFleet.StartAsync(setup with { Repositories = [_sample.Repository] }));
}
