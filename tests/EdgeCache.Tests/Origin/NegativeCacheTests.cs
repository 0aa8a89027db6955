using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class NegativeCacheTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task AbsentTag_IsAskedOnceInItsTime()
    {
        await using var registry = await StartAsync(404);
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal([OriginOutcome.NotFound, OriginOutcome.NotFound], await AskBothAsync(host));
        }

        Assert.Equal(2, registry.Requests.Count);
        Assert.Equal(2, host.Get<NegativeCache>().Count);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await AskBothAsync(host);
        Assert.Equal(4, registry.Requests.Count);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(418)]
    public async Task OtherAnswers_AreNotRemembered(int status)
    {
        await using var registry = await StartAsync(status);
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);

        await host.GetManifestAsync();
        await host.GetManifestAsync();

        Assert.Equal((2, 0), (registry.Requests.Count, host.Get<NegativeCache>().Count));
    }

    [Fact]
    public async Task AbsenceInTheStorage_IsNotTheRegistrysWord()
    {
        await using var storage = await StartAsync(404);
        await using var registry = await FakeUpstream.StartAsync(context =>
        {
            context.Response.Redirect($"{storage.Root}manifest");
            return Task.CompletedTask;
        });
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root) with { AllowPrivateAddresses = true }, time: _clock);

        await host.GetManifestAsync();
        await host.GetManifestAsync();

        Assert.Equal((2, 2), (registry.Requests.Count, storage.Requests.Count));
    }

    [Fact]
    public async Task Digests_AreAskedEachTime()
    {
        await using var registry = await StartAsync(404);
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);
        var digest = Reference.ByDigest(Digest.Compute("content"u8));

        for (var i = 0; i < 2; i++)
        {
            await host.GetBlobAsync();
            await host.Origin.GetManifestAsync(OriginHost.Repository, new ManifestQuery(digest, ManifestTypes.All, default, FetchPriority.Interactive), CancellationToken.None);
        }

        Assert.Equal((4, 0), (registry.Requests.Count, host.Get<NegativeCache>().Count));
    }

    [Fact]
    public async Task OtherTags_AreAskedFor()
    {
        await using var registry = await StartAsync(404);
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);
        await AskBothAsync(host);
        var other = OriginHost.Repository with { Repository = RepositoryName.Parse("team/other") };

        await host.Origin.GetManifestAsync(other, new ManifestQuery(OriginHost.Tag, ManifestTypes.All, default, FetchPriority.Interactive), CancellationToken.None);
        await host.Origin.GetManifestAsync(
            OriginHost.Repository, new ManifestQuery(OriginHost.Tag, ManifestTypes.OciManifest, default, FetchPriority.Interactive), CancellationToken.None);
        await host.Origin.HeadManifestAsync(OriginHost.Repository, Reference.Parse("v2"), ManifestTypes.All, CancellationToken.None);

        Assert.Equal(5, registry.Requests.Count);
    }

    [Fact]
    public async Task FreshnessOfZero_RemembersNothing()
    {
        await using var registry = await StartAsync(404);
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root) with { NotFoundFreshness = TimeSpan.Zero }, time: _clock);

        await host.GetManifestAsync();
        await host.GetManifestAsync();

        Assert.Equal((2, 0), (registry.Requests.Count, host.Get<NegativeCache>().Count));
    }

    [Fact]
    public async Task RandomTags_TakeNoMoreRoomThanThereIs()
    {
        const int MaxEntries = 16;
        await using var registry = await StartAsync(404);
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);
        var absences = new NegativeCache(host.Get<OriginClient>(), host.Get<Upstreams>(), _clock, MaxEntries);

        for (var tag = 0; tag < 4 * MaxEntries; tag++)
        {
            var answer = await absences.GetManifestAsync(
                OriginHost.Repository, new ManifestQuery(Reference.Parse($"v{tag}"), ManifestTypes.All, default, FetchPriority.Interactive), CancellationToken.None);
            Assert.Equal(OriginOutcome.NotFound, answer.Outcome);
            Assert.InRange(absences.Count, 1, MaxEntries);
        }

        Assert.Equal(MaxEntries, absences.Count);
        Assert.Equal(4 * MaxEntries, registry.Requests.Count);
        Assert.Equal(100_000, NegativeCache.MaxEntries); // PROMISES, "upstream quota".
    }

    private static async Task<OriginOutcome[]> AskBothAsync(OriginHost host) =>
    [
        (await host.GetManifestAsync()).Outcome,
        (await host.Origin.HeadManifestAsync(OriginHost.Repository, OriginHost.Tag, ManifestTypes.All, CancellationToken.None)).Outcome,
    ];

    private static Task<FakeUpstream> StartAsync(int status) => FakeUpstream.StartAsync(context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });
}
