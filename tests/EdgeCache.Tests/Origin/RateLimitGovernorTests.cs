using System.Globalization;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using EdgeCache.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class RateLimitGovernorTests
{
    private static readonly TimeSpan MostJitter = TimeSpan.FromHours(1) * 1.1;
    private readonly FakeTimeProvider _clock = new();
    private int _status = 429;
    private string? _retryAfter;
    private int? _remaining;

    [Theory]
    [InlineData(429, OriginOutcome.RateLimited)]
    [InlineData(503, OriginOutcome.Unavailable)]
    public async Task RetryAfter_IsObeyedByEveryKindOfRequest(int status, OriginOutcome outcome)
    {
        await using var registry = await StartAsync();
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);
        (_status, _retryAfter) = (status, "100");
        Assert.Equal((outcome, TimeSpan.FromSeconds(100)), Describe(await host.GetManifestAsync()));
        (_status, _retryAfter) = (200, null);

        _clock.Advance(TimeSpan.FromSeconds(99));
        foreach (var answer in (OriginAnswer[])[await host.GetManifestAsync(), await host.GetBlobAsync(), await HeadAsync(host)])
        {
            Assert.Equal(outcome, answer.Outcome);
            Assert.InRange(answer.RetryAfter ?? default, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(11));
        }

        Assert.Single(registry.Requests);
        _clock.Advance(TimeSpan.FromSeconds(11));
        await using var again = await host.GetManifestAsync();
        Assert.Equal(OriginOutcome.Found, again.Outcome);
    }

    [Fact]
    public async Task RetryAfterOfADay_IsBoundedAndNotMovedByTheWallClock()
    {
        await using var registry = await StartAsync();
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);
        _retryAfter = "86400";
        await host.GetManifestAsync();
        _clock.SetUtcNow(_clock.GetUtcNow().AddDays(1));
        await host.GetManifestAsync();
        Assert.Single(registry.Requests);

        _clock.SetUtcNow(_clock.GetUtcNow().AddDays(-2));
        _clock.Advance(MostJitter);
        await host.GetManifestAsync();
        Assert.Equal(2, registry.Requests.Count);
    }

    [Fact]
    public async Task LimitedEndpoint_LeavesTheNext()
    {
        await using var first = await StartAsync();
        await using var second = await FakeUpstream.StartAsync(context => context.Response.WriteAsync("content"));
        await using var host = new OriginHost(OriginHost.Upstream(first.Root, second.Root), time: _clock);
        _retryAfter = "100";

        for (var i = 0; i < 3; i++)
        {
            await using var answer = await host.GetManifestAsync();
            Assert.Equal(OriginOutcome.Found, answer.Outcome);
        }

        Assert.Equal((1, 3), (first.Requests.Count, second.Requests.Count));
    }

    [Fact]
    public async Task LastTenthOfTheBudget_IsKeptForWhoWaits()
    {
        await using var registry = await StartAsync();
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);
        (_status, _remaining) = (200, 12);
        await using var told = await host.GetManifestAsync();

        await using var above = await host.GetManifestAsync(FetchPriority.Background);
        Assert.Equal(OriginOutcome.Found, above.Outcome);
        _remaining = 10;
        await using var atReserve = await host.GetManifestAsync();

        await using var withheld = await host.GetManifestAsync(FetchPriority.Background);
        Assert.Equal(OriginOutcome.RateLimited, withheld.Outcome);
        Assert.Equal(3, registry.Requests.Count);
        await using var waiting = await host.GetManifestAsync();
        await using var head = await HeadAsync(host);
        await using var blob = await host.GetBlobAsync();
        Assert.All([waiting, head, blob], answer => Assert.Equal(OriginOutcome.Found, answer.Outcome));

        // The window is over: nobody knows what is left.
        _clock.Advance(TimeSpan.FromHours(6));
        await using var later = await host.GetManifestAsync(FetchPriority.Background);
        Assert.Equal(OriginOutcome.Found, later.Outcome);
    }

    [Fact]
    public async Task ReserveIsConfigured_NoneKeepsNothing()
    {
        await using var registry = await StartAsync();
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root) with { RateLimitReserve = 0 }, time: _clock);
        (_status, _remaining) = (200, 1);
        await using var told = await host.GetManifestAsync();

        await using var last = await host.GetManifestAsync(FetchPriority.Background);

        Assert.Equal(OriginOutcome.Found, last.Outcome);
    }

    [Fact]
    public async Task EmptyBudget_SendsNothingThatCounts_AndAHeadFindsOut()
    {
        await using var registry = await StartAsync();
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);
        (_status, _remaining) = (200, 0);
        await using var told = await host.GetManifestAsync();

        await using var empty = await host.GetManifestAsync();
        Assert.Equal(OriginOutcome.RateLimited, empty.Outcome);
        Assert.InRange(empty.RetryAfter ?? default, TimeSpan.FromSeconds(1), RateLimitGovernor.EmptyPause);
        Assert.Single(registry.Requests);

        _remaining = 50;
        await using var head = await HeadAsync(host);
        await using var again = await host.GetManifestAsync();
        Assert.Equal(OriginOutcome.Found, again.Outcome);

        // Without a head, a minute's belief is enough.
        _remaining = 0;
        await using var last = await host.GetManifestAsync();
        _clock.Advance(RateLimitGovernor.EmptyPause);
        await using var tried = await host.GetManifestAsync();
        Assert.Equal(OriginOutcome.Found, tried.Outcome);
    }

    [Fact]
    public async Task RequestsOnTheirWay_CountBeforeTheirAnswers()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registry = await StartAsync(() => _remaining is null ? release.Task : Task.CompletedTask);
        await using var host = new OriginHost(OriginHost.Upstream(registry.Root), time: _clock);
        (_status, _remaining) = (200, 13);
        await using var told = await host.GetManifestAsync();
        _remaining = null;

        var asked = Enumerable.Range(0, 3).Select(_ => host.GetManifestAsync(FetchPriority.Background).AsTask()).ToArray();
        await using var withheld = await host.GetManifestAsync(FetchPriority.Background);

        Assert.Equal(OriginOutcome.RateLimited, withheld.Outcome);
        release.SetResult();
        foreach (var answer in await Task.WhenAll(asked))
        {
            await answer.DisposeAsync();
            Assert.Equal(OriginOutcome.Found, answer.Outcome);
        }
    }

    private static ValueTask<OriginAnswer> HeadAsync(OriginHost host) =>
        host.Origin.HeadManifestAsync(OriginHost.Repository, OriginHost.Tag, ManifestTypes.All, CancellationToken.None);

    private static (OriginOutcome Outcome, TimeSpan? RetryAfter) Describe(OriginAnswer answer) => (answer.Outcome, answer.RetryAfter);

    /// <summary>A registry that answers as the fields say, of a budget of 100 in 6 hours.</summary>
    private Task<FakeUpstream> StartAsync(Func<Task>? wait = null) => FakeUpstream.StartAsync(async context =>
    {
        var (status, retryAfter, remaining) = (_status, _retryAfter, _remaining);
        if (wait is not null)
        {
            await wait();
        }

        context.Response.StatusCode = status;
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }

        if (remaining is { } left)
        {
            context.Response.Headers["ratelimit-limit"] = "100;w=21600";
            context.Response.Headers["ratelimit-remaining"] = string.Create(CultureInfo.InvariantCulture, $"{left};w=21600");
        }
    });
}
