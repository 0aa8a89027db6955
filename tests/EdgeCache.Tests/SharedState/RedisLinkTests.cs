using EdgeCache.SharedState;
using EdgeCache.Telemetry;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.Tests.SharedState;

public sealed class RedisLinkTests
{
    /// <summary>Long enough for a busy machine, short enough to be waited for a few times.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(300);

    [RealProgramFact(RedisServer.Program)]
    public async Task FirstCall_IsBypassedAndConnects()
    {
        await using var redis = await RedisFixture.StartAsync(isConnected: false);

        Assert.False((await redis.Link.CallAsync(database => database.StringSetAsync("key", "value"))).IsAnswered);

        await redis.ConnectedAsync();
        Assert.False(redis.Link.IsOpen);
        Assert.True((await redis.Link.CallAsync(database => database.StringSetAsync("key", "value"))).Value);
        Assert.Equal("value", await redis.Raw.StringGetAsync("key"));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task FrozenRedis_CostsAFewDeadlinesThenNothing_AndComesBack()
    {
        await using var redis = await RedisFixture.StartAsync(Deadline);
        redis.Server.Freeze();

        var sent = 0;
        var answered = 0;
        for (var i = 0; i < 50; i++)
        {
            var answer = await redis.Link.CallAsync(database =>
            {
                sent++;
                return database.StringIncrementAsync("sent");
            });
            answered += answer.IsAnswered ? 1 : 0;
        }

        Assert.Equal((RedisBreaker.FailuresInARow, 0), (sent, answered));
        Assert.True(redis.Link.IsOpen);
        Assert.InRange(redis.Link.Outstanding, RedisBreaker.FailuresInARow, RedisBreaker.FailuresInARow + RedisLink.ProbesPerConnection);

        redis.Server.Thaw();
        await redis.ConnectedAsync();
        await Eventually.TrueAsync(() => redis.Link.Outstanding == 0);
        Assert.Equal(sent, (int)await redis.Raw.StringGetAsync("sent"));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task KilledRedis_IsBypassed_AndUsedAgainAfterItsRestart()
    {
        await using var redis = await RedisFixture.StartAsync(Deadline);
        await redis.Server.KillAsync();

        await Eventually.TrueAsync(async () =>
        {
            Assert.False((await redis.Link.CallAsync(database => database.StringSetAsync("key", "value"))).IsAnswered);
            return redis.Link.IsOpen;
        });

        await redis.Server.StartAgainAsync();
        await redis.ConnectedAsync();
        Assert.True((await redis.Link.CallAsync(database => database.StringSetAsync("key", "value"))).Value);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task RefusedCall_IsNoAnswerAndNoFailure()
    {
        await using var redis = await RedisFixture.StartAsync();
        await redis.Raw.HashSetAsync("key", "field", "value");

        for (var i = 0; i <= RedisBreaker.FailuresInARow; i++)
        {
            Assert.False((await redis.Link.CallAsync(database => database.StringGetAsync("key"))).IsAnswered);
        }

        Assert.False(redis.Link.IsOpen);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task CallsBeyondTheBound_AreBypassed()
    {
        await using var redis = await RedisFixture.StartAsync();
        var gate = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, RedisLink.MaxOutstanding).Select(_ => redis.Link.CallAsync(_ => gate.Task).AsTask()).ToArray();

        Assert.False((await redis.Link.CallAsync(database => database.PingAsync())).IsAnswered);

        gate.SetResult(true);
        Assert.All(await Task.WhenAll(calls), answer => Assert.True(answer.IsAnswered));
        await redis.ConnectedAsync();
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task Log_ShowsNoSecret()
    {
        var log = new LinesLogger();
        await using (var redis = await RedisFixture.StartAsync(Deadline, log))
        {
            await redis.Server.KillAsync();
            await Eventually.TrueAsync(async () => !(await redis.Link.CallAsync(database => database.PingAsync())).IsAnswered && redis.Link.IsOpen);
        }

        Assert.Contains(log.Lines, line => line.StartsWith("Redis is bypassed", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(RedisServer.Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task NobodyThere_IsBypassedAndDisposed()
    {
        var options = new RedisOptions { Configuration = "127.0.0.1:1,connectTimeout=200,connectRetry=1", Timeout = Deadline };
        await using var link = new RedisLink(options, new RedisMetrics(new NodeMeters()), TimeProvider.System, new LinesLogger());

        for (var i = 0; i < 10; i++)
        {
            Assert.False((await link.CallAsync(database => database.PingAsync())).IsAnswered);
        }

        Assert.True(link.IsOpen);
    }
}
