using EdgeCache.Core.Blobs;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Tests.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Fill;

/// <summary>A table of fills between a scripted origin and a store on disk, whose teardown fails on what was left behind.</summary>
internal sealed class FillFixture : IAsyncDisposable
{
    /// <param name="passThrough">How much memory bytes may pass through; null for the usual.</param>
    public FillFixture(FillOptions options, PassThroughOptions? passThrough = null)
    {
        Cache = new StoreFixture(options: store => store with { PassThrough = passThrough });
        Fills = new FillTable(Origin, Cache.Store, options with { RetryDelay = TimeSpan.Zero }, Cache.Clock, NullLogger<FillTable>.Instance);
    }

    public StoreFixture Cache { get; }

    public ScriptedOrigin Origin { get; } = new();

    public FillTable Fills { get; }

    public FillReader Join(RepositoryKey repository, byte[] content, bool linked = false, long expectedBytes = -1)
    {
        Assert.Equal(JoinOutcome.Joined, Fills.JoinOrStart(repository, Digest.Compute(content), linked, expectedBytes, FetchScope.Anywhere, out var reader));
        return reader!;
    }

    /// <summary>Has the origin answer with a body that the test feeds; the end of the table breaks it off. Asked again it has nothing.</summary>
    public PipedBody Script(byte[] content, bool withLength = true)
    {
        var body = new PipedBody();
        Origin.Blob = (_, _, token) =>
        {
            if (Origin.Calls.Count > 1)
            {
                return ValueTask.FromResult(new OriginAnswer(OriginOutcome.Unavailable));
            }

            token.Register(body.Break);
            return ValueTask.FromResult(ScriptedOrigin.Found(body.Stream, withLength ? content.Length : null));
        };
        return body;
    }

    public async ValueTask DisposeAsync()
    {
        await Fills.DisposeAsync();
        Assert.Equal(0, Fills.Active);
        await Cache.DisposeAsync();
    }
}
