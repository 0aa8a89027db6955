using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.SharedState;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using EdgeCache.Tests.Store;
using StackExchange.Redis;
using Xunit;

namespace EdgeCache.Tests.SharedState;

public sealed class RedisTagsTests : IAsyncLifetime
{
    private const ManifestTypes Class = ManifestTypes.All;
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");
    private static readonly RepositoryKey B = StoreFixture.Repository("library/b");
    private static readonly Reference Tag = Reference.Parse("v1");
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    // In whole milliseconds, as they are kept.
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000));
    private RedisFixture? _redis;
    private RedisTags? _tags;

    private RedisFixture Redis => _redis!; // Tests run only where there is a Redis.

    private RedisTags Tags => _tags!;

    public async Task InitializeAsync()
    {
        if (RealProgram.Find(RedisServer.Program) is not null)
        {
            _redis = await RedisFixture.StartAsync();
            _tags = new RedisTags(_redis.Link, _redis.Secret, _redis.Metrics, _clock);
        }
    }

    public async Task DisposeAsync()
    {
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task WhatOneNodeTells_AnotherFinds_ForThatTagAndClass()
    {
        var told = Entry("1");
        await TellAsync(A, told);

        Assert.Equal(told, await Tags.FindAsync(A, Tag, Class));
        Assert.Null(await Tags.FindAsync(B, Tag, Class));
        Assert.Null(await Tags.FindAsync(A, Reference.Parse("v2"), Class));
        Assert.Null(await Tags.FindAsync(A, Tag, ManifestTypes.OciManifest));
        var key = Assert.Single(Keys());
        Assert.InRange((await Redis.Raw.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(1), Lifetime);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task OlderWord_NeverReplacesANewerOne()
    {
        var newer = Entry("new");
        var older = Entry("old") with { ValidatedAt = newer.ValidatedAt - TimeSpan.FromMilliseconds(1) };
        await TellAsync(A, newer);

        Tags.Tell(A, Tag, Class, older, Lifetime);
        await Eventually.TrueAsync(() => Redis.Link.Outstanding == 0);

        Assert.Equal(newer, await Tags.FindAsync(A, Tag, Class));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task DroppedTag_IsForgottenForEveryClass()
    {
        await TellAsync(A, Entry("1"));
        await TellAsync(A, Entry("2"), ManifestTypes.OciManifest);

        Tags.Drop(A, Tag);

        await Eventually.TrueAsync(() => Keys().Length == 0);
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task ValueOfTheFuture_IsAbsent_AndBlocksNobody()
    {
        Tags.Tell(A, Tag, Class, Entry("ahead") with { ValidatedAt = _clock.GetUtcNow().AddHours(1) }, Lifetime);
        await Eventually.TrueAsync(() => Keys().Length == 1);

        Assert.Null(await Tags.FindAsync(A, Tag, Class));

        await TellAsync(A, Entry("now"));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task ValueThatWasMoved_IsRefusedAndRemoved()
    {
        await TellAsync(A, Entry("1"));
        var field = ((byte)Class).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var key = Keys().Single();
        var moved = key.Replace("library/a", "library/b", StringComparison.Ordinal);
        await Redis.Raw.HashSetAsync(moved, field, await Redis.Raw.HashGetAsync(key, field));

        Assert.Null(await Tags.FindAsync(B, Tag, Class));

        Assert.Equal(1, Redis.Refused("tag"));
        await Eventually.TrueAsync(async () => !await Redis.Raw.KeyExistsAsync(moved));
        Assert.NotNull(await Tags.FindAsync(A, Tag, Class));
    }

    [RealProgramFact(RedisServer.Program)]
    public async Task RogueValues_AreRefused_AndMakeRoom()
    {
        var rogue = new RedisTags(Redis.Link, Redis.OtherSecret, Redis.Metrics, _clock);
        rogue.Tell(A, Tag, Class, Entry("rogue"), Lifetime);
        await Eventually.TrueAsync(() => Keys().Length == 1);
        Assert.Null(await Tags.FindAsync(A, Tag, Class));

        await Eventually.TrueAsync(() => Keys().Length == 0);
        await TellAsync(A, Entry("right"));
        var key = Keys().Single();
        var field = ((byte)Class).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var right = (string)(await Redis.Raw.HashGetAsync(key, field))!; // Just told.
        string[] values = ["", " ", "nonsense", right + "x", right[..^1], right.Replace(" 123 ", " 124 ", StringComparison.Ordinal), new string('x', 100_000)];
        foreach (var value in values)
        {
            await Redis.Raw.HashSetAsync(key, field, value);
            Assert.Null(await Tags.FindAsync(A, Tag, Class));
        }

        await Redis.Raw.KeyDeleteAsync(key);
        await Redis.Raw.StringSetAsync(key, "of another type");
        Assert.Null(await Tags.FindAsync(A, Tag, Class));
        await TellAsync(A, Entry("again"));
    }

    private static TagEntry Entry(string content, DateTimeOffset at) => new(Digest.Compute(System.Text.Encoding.UTF8.GetBytes(content)), ManifestTypes.OciIndex, 123, at);

    private TagEntry Entry(string content) => Entry(content, _clock.GetUtcNow());

    private string[] Keys() => [.. ((RedisResult[])Redis.Raw.ScriptEvaluate("return redis.call('KEYS', '*')")!).Select(key => (string)key!)];

    /// <summary>Tells, and waits until it is there.</summary>
    private async Task TellAsync(RepositoryKey repository, TagEntry entry, ManifestTypes accept = Class)
    {
        Tags.Tell(repository, Tag, accept, entry, Lifetime);
        await Eventually.TrueAsync(async () => await Tags.FindAsync(repository, Tag, accept) == entry);
    }
}
