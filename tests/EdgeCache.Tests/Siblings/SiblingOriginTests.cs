using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Fleet;
using EdgeCache.Origin;
using EdgeCache.Siblings;
using EdgeCache.Telemetry;
using EdgeCache.Testing;
using EdgeCache.Testing.Origin;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Siblings;

public sealed class SiblingOriginTests
{
    private static readonly byte[] Content = [.. "content"u8];
    private static readonly Digest Blob = Digest.Compute(Content);
    private static readonly RepositoryKey Repository = new("docker.io", RepositoryName.Parse("team/app"));

    private readonly FakeTimeProvider _time = new();

    /// <summary>It answers its probes and nothing else: upstream is asked, and for a minute at once.</summary>
    [Fact]
    public async Task HomeThatLivesAndKeepsOneWaiting_IsLeftAloneForAMinute()
    {
        await using var home = await FakeOrigin.StartAsync();
        home.Faults.Always(request => request.Path == "/healthz/ready", Fault.Status(200));
        var silence = home.Faults.Add(When.AnyBlob, Fault.Silence);
        var options = new FleetOptions
        {
            Self = new Uri("http://127.0.0.1:1"),
            Members = [new MemberAddress(new Uri("http://127.0.0.1:1"), 0.01), new MemberAddress(home.Url, 100)],
            // The clock here runs far ahead of the machine's.
            ProbeTimeout = TimeSpan.FromDays(20),
        };
        using var http = new FleetHttp(options with { ConnectTimeout = TimeSpan.FromMinutes(1) });
        using var members = new FleetMembers(options, [new ConfiguredMembers(options)], new MemberProbe(http, _time), _time, NullLogger<FleetMembers>.Instance);
        await members.RefreshAsync(CancellationToken.None);
        await members.ProbeAsync(CancellationToken.None);
        var upstream = new Upstream();
        var origin = NewOrigin(upstream, members, http);

        var asking = origin.GetBlobAsync(Repository, Blob, default, CancellationToken.None).AsTask();
        await Eventually.TrueAsync(() => silence.Hits == 1);
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return asking.IsCompleted;
        });
        Assert.False((await asking).IsFromSibling);
        Assert.Equal(MemberState.Ready, members.All.Single(member => !member.IsSelf).State);

        _time.Advance(DistrustedMembers.SlowPause - TimeSpan.FromSeconds(10));
        await origin.GetBlobAsync(Repository, Blob, default, CancellationToken.None);
        Assert.Equal((1, 2), (home.Log.Count(When.AnyBlob), upstream.Gets));

        _time.Advance(TimeSpan.FromSeconds(10));
        home.Content.Add(NewRepository());
        await using var answer = await origin.GetBlobAsync(Repository, Blob, default, CancellationToken.None);
        Assert.True(answer.IsFromSibling);
        Assert.Equal((2, 2), (home.Log.Count(When.AnyBlob), upstream.Gets));
    }

    private static SampleRepository NewRepository()
    {
        var builder = new SampleRepositoryBuilder("docker.io/team/app");
        builder.AddBlob(Content);
        return builder.Build();
    }

    private SiblingOrigin NewOrigin(Upstream upstream, FleetMembers members, FleetHttp http)
    {
        var metrics = new SiblingMetrics(new NodeMeters());
        var client = new SiblingClient(http, members, new FleetSecret(new string('s', FleetSecret.MinLength)), metrics, new LoopGuard(), _time);
        return new SiblingOrigin(
            upstream, members, client, new KeepMemory(KeepRule.Hot), new DistrustedMembers(_time), metrics, _time, NullLogger<SiblingOrigin>.Instance);
    }

    /// <summary>Has everything.</summary>
    private sealed class Upstream : IOrigin
    {
        private int _gets;

        public int Gets => Volatile.Read(ref _gets);

        public ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, ResumePoint from, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _gets);
            return new(new OriginAnswer(OriginOutcome.Found, new MemoryStream(Content)) { ContentLength = Content.Length });
        }

        public ValueTask<OriginAnswer> GetManifestAsync(RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<OriginAnswer> HeadManifestAsync(RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
