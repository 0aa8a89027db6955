using System.Collections.Concurrent;
using System.Text;
using EdgeCache.Core.Oci;
using EdgeCache.SharedState;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using EdgeCache.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.SharedState;

public sealed class FleetEventsTests
{
    private static readonly RepositoryKey Repository = StoreFixture.Repository("library/a");
    private static readonly FleetEvent Purge = FleetEvent.PurgeDigest(Digest.Compute("content"u8));
    private static readonly FleetEvent Deny = FleetEvent.Deny(Digest.Compute("denied"u8));

    [RealProgramFact(RedisServer.Program)]
    public async Task WhatOneNodeSays_TheOthersDo_AndItselfDoesNot()
    {
        await using var redis = await RedisFixture.StartAsync();
        await using var otherLink = redis.NewLink();
        await RedisFixture.ConnectedAsync(otherLink);
        var (mine, theirs) = (new Heard(), new Heard());
        using var here = await StartAsync(redis, redis.Link, mine);
        using var there = await StartAsync(redis, otherLink, theirs);
        FleetEvent[] messages = [Purge, FleetEvent.PurgeTag(Repository, Reference.Parse("v1")), FleetEvent.Warm(Repository, Reference.Parse("v1")), Deny];

        foreach (var message in messages)
        {
            Assert.True(await here.PublishAsync(message));
        }

        await Eventually.TrueAsync(() => theirs.Events.Count == messages.Length);
        Assert.Equal(messages.ToHashSet(), theirs.Events.ToHashSet());

        // Its own came back on the same connection before what it hears now.
        await there.PublishAsync(Purge);
        await Eventually.TrueAsync(() => !mine.Events.IsEmpty);
        Assert.Equal([Purge], mine.Events);
        await StopAsync(here, there);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task AfterARestartOfRedis_EventsAreHeardAgain()
    {
        await using var redis = await RedisFixture.StartAsync(TimeSpan.FromSeconds(2));
        await using var otherLink = redis.NewLink();
        await RedisFixture.ConnectedAsync(otherLink);
        var theirs = new Heard();
        using var here = await StartAsync(redis, redis.Link, new Heard());
        using var there = await StartAsync(redis, otherLink, theirs);

        await redis.Server.KillAsync();
        await redis.Server.StartAgainAsync();

        // What is said before the other has subscribed again is lost.
        await Eventually.TrueAsync(async () =>
        {
            await here.PublishAsync(Purge);
            return !theirs.Events.IsEmpty;
        });
        await StopAsync(here, there);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task WhatTheFleetHasNotSaid_OrLongAgo_IsIgnored_AndTooManyAreDropped()
    {
        await using var redis = await RedisFixture.StartAsync();
        var heard = new Heard { Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));
        using var events = New(redis, redis.Link, clock, heard);
        await events.StartAsync(default);
        var text = Deny.Format("other", clock.GetUtcNow());
        string[] refused =
        [
            "", "nonsense", text, new string('x', 5000),
            SealedText.Seal(redis.OtherSecret, "event", text),
            SealedText.Seal(redis.Secret, "tag", text),
            SealedText.Seal(redis.Secret, "event", Deny.Format("other", clock.GetUtcNow().AddMinutes(-5))),
            SealedText.Seal(redis.Secret, "event", Deny.Format("other", clock.GetUtcNow().AddMinutes(5))),
        ];
        foreach (var message in refused)
        {
            events.Receive(Encoding.UTF8.GetBytes(message));
        }

        Assert.Equal(refused.Length, redis.Refused("event"));

        var right = Encoding.UTF8.GetBytes(SealedText.Seal(redis.Secret, "event", text));
        for (var i = 0; i < FleetEvents.MaxWaiting * 3; i++)
        {
            events.Receive(right);
        }

        heard.Gate.SetResult();
        await Eventually.TrueAsync(() => heard.Events.Count >= FleetEvents.MaxWaiting);
        await StopAsync(events);

        // The one that was being handled besides those that waited.
        Assert.InRange(heard.Events.Count, FleetEvents.MaxWaiting, FleetEvents.MaxWaiting + 1);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task HandlerThatFails_LeavesTheOthersAlone()
    {
        await using var redis = await RedisFixture.StartAsync();
        var heard = new Heard();
        using var events = new FleetEvents(redis.Link, redis.Secret, [new Failing(), heard], Context(redis, TimeProvider.System));
        await events.StartAsync(default);
        var right = Encoding.UTF8.GetBytes(SealedText.Seal(redis.Secret, "event", Purge.Format("other", DateTimeOffset.UtcNow)));

        events.Receive(right);
        events.Receive(right);

        await Eventually.TrueAsync(() => heard.Events.Count == 2);
        await StopAsync(events);
    }

    private static async Task<FleetEvents> StartAsync(RedisFixture redis, RedisLink link, Heard heard)
    {
        var events = New(redis, link, TimeProvider.System, heard);
        await events.StartAsync(default);
        return events;
    }

    private static FleetEvents New(RedisFixture redis, RedisLink link, TimeProvider time, Heard heard) => new(link, redis.Secret, [heard], Context(redis, time));

    private static EventContext Context(RedisFixture redis, TimeProvider time) => new(null, redis.Metrics, time, NullLogger<FleetEvents>.Instance);

    private static Task StopAsync(params FleetEvents[] all) => Task.WhenAll(all.Select(events => events.StopAsync(default)));

    private sealed class Heard : IFleetEventHandler
    {
        public ConcurrentQueue<FleetEvent> Events { get; } = new();

        public TaskCompletionSource? Gate { get; init; }

        public async ValueTask HandleAsync(FleetEvent message, CancellationToken cancellationToken)
        {
            await (Gate?.Task ?? Task.CompletedTask);
            Events.Enqueue(message);
        }
    }

    private sealed class Failing : IFleetEventHandler
    {
        public ValueTask HandleAsync(FleetEvent message, CancellationToken cancellationToken) => throw new IOException("The disk failed.");
    }
}
