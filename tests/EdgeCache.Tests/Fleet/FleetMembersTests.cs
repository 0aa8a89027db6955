using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Core.Affinity;
using EdgeCache.Core.Oci;
using EdgeCache.Fleet;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Fleet;

public sealed class FleetMembersTests : IDisposable
{
    private static readonly AffinityKey Key = AffinityKey.Of(Digest.Compute("x"u8));

    private readonly ListedMembers _list = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FleetHttp _http = new(new FleetOptions());

    [Fact]
    public async Task Members_AreTheUnionOfAllSources_SelfAmongThem()
    {
        var options = new FleetOptions { Self = new Uri("http://edge-1:5000"), Members = [Address("http://edge-2:5000")] };
        using var members = Make(options, new ConfiguredMembers(options), _list);
        _list.Now = [Address("http://edge-2:5000"), Address("http://edge-3:5000")];
        await members.RefreshAsync(CancellationToken.None);
        Assert.Equal(["http://edge-1:5000", "http://edge-2:5000", "http://edge-3:5000"], members.All.Select(member => member.Name));
        Assert.True(members.All[0].IsSelf);
        Assert.False(members.All[1].IsSelf);
    }

    [Fact]
    public async Task SourceThatDoesNotAnswer_ItsMembersStay()
    {
        using var members = Make(new FleetOptions(), _list);
        _list.Now = [Address("http://edge-1:5000")];
        await members.RefreshAsync(CancellationToken.None);
        var first = members.All[0];
        first.State = MemberState.Unreachable;
        _list.Now = null;
        await members.RefreshAsync(CancellationToken.None);
        _list.Now = [Address("http://edge-1:5000"), Address("http://edge-2:5000")];
        await members.RefreshAsync(CancellationToken.None);
        Assert.Same(first, members.All[0]);
        Assert.Equal(MemberState.Unreachable, first.State);
    }

    [Fact]
    public async Task MoreThanTheLimit_AreLeftOut()
    {
        using var members = Make(new FleetOptions(), _list);
        _list.Now = [.. Enumerable.Range(0, 100).Select(i => Address($"http://edge-{i}:5000"))];
        await members.RefreshAsync(CancellationToken.None);
        Assert.Equal(FleetOptions.MaxMembers, members.All.Count);
    }

    [Fact]
    public async Task WhoIsNotReady_IsInNoRanking_UnlessNobodyIs()
    {
        using var members = Make(new FleetOptions(), _list);
        _list.Now = [.. Enumerable.Range(0, 4).Select(i => Address($"http://edge-{i}:5000"))];
        await members.RefreshAsync(CancellationToken.None);
        var ranking = members.Rank(Key);
        Assert.All(ranking, member => Assert.Equal(MemberState.Unknown, member.State));
        ranking[3].State = MemberState.Ready;
        // Nobody has asked the others yet.
        Assert.Equal([ranking[3]], members.Rank(Key));
        Array.ForEach(ranking, member => member.State = MemberState.Ready);
        members.ReportUnreachable(ranking[0]);
        ranking[2].State = MemberState.NotReady;
        Assert.Equal([ranking[1], ranking[3]], members.Rank(Key));
        members.ReportUnreachable(ranking[1]);
        members.ReportUnreachable(ranking[3]);
        Assert.Equal(ranking, members.Rank(Key));
    }

    [Fact]
    public async Task Probe_TellsReadyFromDrainingFromDead()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var address = Address($"http://{server.LocalEndpoint}");
        using var members = Make(new FleetOptions { ProbeTimeout = TimeSpan.FromSeconds(10) }, _list);
        _list.Now = [address];
        await members.RefreshAsync(CancellationToken.None);
        var member = members.All[0];
        foreach (var (status, state) in new[] { (503, MemberState.NotReady), (200, MemberState.Ready) })
        {
            var answered = AnswerOnceAsync(server, status);
            await members.ProbeAsync(CancellationToken.None);
            await answered;
            Assert.Equal(state, member.State);
        }

        server.Stop();
        Assert.False(await members.IsAliveAsync(member, CancellationToken.None));
        Assert.Equal(MemberState.Unreachable, member.State);
    }

    [Fact]
    public async Task ManyThatWaitForOneMember_AskItOnce()
    {
        var member = new Member(Address("http://edge-1:5000"), isSelf: false);
        var answer = new TaskCompletionSource<MemberState>();
        var asked = 0;
        Task<MemberState> Ask()
        {
            asked++;
            return answer.Task;
        }

        var waiting = Enumerable.Range(0, 10).Select(_ => member.AskOnce(Ask, _time)).ToList();
        answer.SetResult(MemberState.NotReady);
        Assert.All(await Task.WhenAll(waiting), state => Assert.Equal(MemberState.NotReady, state));
        await member.AskOnce(Ask, _time);
        Assert.Equal(1, asked);
        _time.Advance(TimeSpan.FromSeconds(1));
        await member.AskOnce(Ask, _time);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Dns_EachAddressIsAMember_AndAFailureIsNoAnswer()
    {
        var error = false;
        var dns = new DnsMembers(
            new Uri("https://edge.default.svc:5443"),
            null,
            (host, _) => error ? throw new SocketException((int)SocketError.HostNotFound)
                : Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::1"), IPAddress.Parse("10.0.0.1")]),
            NullLogger.Instance);
        Assert.Equal(["https://10.0.0.1:5443", "https://[fd00::1]:5443"], (await dns.ListAsync(CancellationToken.None))!.Select(member => member.Text));
        error = true;
        Assert.Null(await dns.ListAsync(CancellationToken.None));
    }

    public void Dispose() => _http.Dispose();

    private static MemberAddress Address(string text)
    {
        Assert.True(MemberAddress.TryParse(text, out var address));
        return address;
    }

    private static async Task AnswerOnceAsync(TcpListener server, int status)
    {
        using var connection = await server.AcceptSocketAsync();
        await connection.ReceiveAsync(new byte[4096]);
        await connection.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    }

    private FleetMembers Make(FleetOptions options, params IMemberSource[] sources) =>
        new(options, sources, new MemberProbe(_http, TimeProvider.System), _time, NullLogger<FleetMembers>.Instance);

    private sealed class ListedMembers : IMemberSource
    {
        public IReadOnlyList<MemberAddress>? Now { get; set; }

        public ValueTask<IReadOnlyList<MemberAddress>?> ListAsync(CancellationToken cancellationToken) => new(Now);
    }
}
