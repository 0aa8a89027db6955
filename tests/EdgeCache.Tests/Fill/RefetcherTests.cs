using System.Security.Cryptography;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using EdgeCache.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Fill;

/// <summary>What the scrubber sets aside comes back before anybody asks for it.</summary>
public sealed class RefetcherTests : IAsyncLifetime
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(2 << 20);
    private static readonly RepositoryKey A = StoreFixture.Repository("library/a");

    private readonly FillFixture _fixture = new(new FillOptions());
    private readonly Refetcher _refetcher;

    public RefetcherTests()
    {
        _refetcher = new Refetcher(_fixture.Cache.Store, _fixture.Fills, NullLogger<Refetcher>.Instance);
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Content));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _refetcher.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task DamagedBlob_IsFetchedAgainThroughItsRepository()
    {
        var digest = await PullAsync();
        _fixture.Cache.Damage(digest);

        await ScrubAsync();

        await Eventually.TrueAsync(() => _refetcher.Fetched == 1 && _fixture.Cache.Store.Contains(digest));
        Assert.Equal(2, _fixture.Origin.Calls.Count);
        Assert.Single(_fixture.Origin.Calls.Distinct());
        await _fixture.Fills.EndAsync();
        using var lease = _fixture.Cache.Store.Acquire(digest)!; // It has just been stored.
        var read = new byte[Content.Length];
        Assert.Equal(read.Length, await lease.ReadAsync(read, 0, default));
        Assert.True(read.AsSpan().SequenceEqual(Content));
    }

    [Fact]
    public async Task BlobOfNoRepository_IsNotAskedFor_AndTheNextIs()
    {
        var digest = await PullAsync();
        var unknown = _fixture.Cache.Put(RandomNumberGenerator.GetBytes(2 << 20));
        _fixture.Cache.Damage(digest);
        _fixture.Cache.Damage(unknown);

        await ScrubAsync();

        await Eventually.TrueAsync(() => _refetcher.Fetched == 1);
        Assert.Equal(2, _fixture.Origin.Calls.Count);
        Assert.False(_fixture.Cache.Store.Contains(unknown));
    }

    [Fact]
    public async Task UpstreamThatFails_EndsNothing()
    {
        var digest = await PullAsync();
        _fixture.Cache.Damage(digest);
        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotFound));
        await ScrubAsync();
        await Eventually.TrueAsync(() => _fixture.Origin.Calls.Count > 1);
        await _fixture.Fills.EndAsync();
        Assert.False(_fixture.Cache.Store.Contains(digest));

        _fixture.Origin.Blob = (_, _, _) => ValueTask.FromResult(ScriptedOrigin.Found(Content));
        await PullAsync();
        _fixture.Cache.Damage(digest);
        await ScrubAsync();

        await Eventually.TrueAsync(() => _refetcher.Fetched == 1);
    }

    private async Task<Digest> PullAsync()
    {
        using (var reader = _fixture.Join(A, Content))
        {
            await reader.ReadAllAsync();
        }

        await _fixture.Fills.EndAsync();
        return Digest.Compute(Content);
    }

    private async Task ScrubAsync()
    {
        await foreach (var _ in _fixture.Cache.Store.Scrubber.RunAsync(0, default))
        {
        }
    }
}
