using EdgeCache.Balancing;
using EdgeCache.Configuration;
using EdgeCache.Core.Affinity;
using EdgeCache.Fleet;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Balancing;

public sealed class MemberChoiceTests : IDisposable
{
    private static readonly AffinityKey Key = new(42);

    private readonly FakeTimeProvider _time = new();
    private readonly FleetHttp _http = new(new FleetOptions());
    private readonly List<IDisposable> _owned = [];
    private readonly RedirectLeases _leases;

    public MemberChoiceTests() => _leases = new RedirectLeases(_time);

    [Fact]
    public async Task LittleLoad_StaysAtHome()
    {
        var (members, choice) = await StartAsync("http://a:1", "http://b:1", "http://c:1");
        var home = members.Rank(Key)[0];
        for (var i = 0; i < MemberChoice.NoLoad; i++)
        {
            Assert.Same(home, choice.Enter(Key, [], out var mayGoOn));
            Assert.True(mayGoOn);
        }

        Assert.Same(members.Rank(Key)[1], choice.Enter(Key, [], out _));
    }

    [Fact]
    public async Task OneHotKey_NobodyHasMoreThanHisShare()
    {
        var (members, choice) = await StartAsync("http://a:1", "http://b:1;weight=2", "http://c:1");
        Parallel.For(0, 400, _ => Assert.NotNull(choice.Enter(Key, [], out var _)));
        Assert.Equal(400, members.All.Sum(member => member.InFlight));
        Assert.All(members.All, member => Assert.InRange(member.InFlight, 1, BoundedLoad.Capacity(1.25, 400, member.Address.Weight / 4)));
    }

    [Fact]
    public async Task WhoWasTried_IsNotAskedAgain()
    {
        var (members, choice) = await StartAsync("http://a:1", "http://b:1");
        var ranking = members.Rank(Key);
        Assert.Same(ranking[0], choice.Enter(Key, [], out _));
        Assert.Same(ranking[1], choice.Enter(Key, [ranking[0]], out var mayGoOn));
        Assert.False(mayGoOn);
        Assert.Null(choice.Enter(Key, members.All, out _));
    }

    [Fact]
    public async Task RedirectedClients_CountForAWhile()
    {
        var (members, choice) = await StartAsync("http://a:1");
        for (var i = 0; i < 3; i++)
        {
            _leases.Add(choice.Enter(Key, [], out _)!); // There is one.
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, members.All[0].InFlight);
        _time.Advance(RedirectLeases.Lifetime - TimeSpan.FromSeconds(2));
        _leases.EndDue();
        Assert.Equal(1, members.All[0].InFlight);
    }

    [Fact]
    public void RedirectedClients_AreCountedUpToALimit()
    {
        var member = new Member(Address("http://a:1"), isSelf: false);
        for (var i = 0; i < RedirectLeases.MaxLeases + 5; i++)
        {
            member.Enter();
            _leases.Add(member);
        }

        Assert.Equal(RedirectLeases.MaxLeases, member.InFlight);
    }

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _http.Dispose();
    }

    private static MemberAddress Address(string text)
    {
        Assert.True(MemberAddress.TryParse(text, out var address));
        return address;
    }

    private async Task<(FleetMembers Members, MemberChoice Choice)> StartAsync(params string[] addresses)
    {
        var options = new FleetOptions { Members = [.. addresses.Select(Address)] };
        var members = new FleetMembers(options, [new ConfiguredMembers(options)], new MemberProbe(_http, _time), _time, NullLogger<FleetMembers>.Instance);
        _owned.Add(members);
        await members.RefreshAsync(CancellationToken.None);
        return (members, new MemberChoice(members, new BalancerOptions(), _leases));
    }
}
