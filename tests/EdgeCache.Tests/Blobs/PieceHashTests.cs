using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Blobs;

public sealed class PieceHashTests : IDisposable
{
    private static readonly byte[] Piece = new byte[100_000];
    private static readonly Digest PieceDigest = Digest.Compute(Piece);

    private readonly TempFolder _temp = new();
    private readonly CacheFolder _folder;
    private readonly BlobWriter _writer;

    public PieceHashTests()
    {
        _folder = CacheFolder.Open(_temp.Path);
        _writer = new BlobStore(_folder.Paths, SystemDisk.Instance, TimeProvider.System, NullLogger.Instance).Create(PieceDigest, BlobPool.Blobs, 0);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _folder.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task CallerAndPool_HashThePieceOnce()
    {
        var hash = new PieceHash(_writer, Piece, 0, Piece.Length);

        await hash.CompleteAsync();
        await hash.CompleteAsync();

        Assert.Equal(PieceDigest, _writer.Finish());
    }

    [Fact]
    public async Task Abandoned_IsNeverHashedAfterwards()
    {
        var hash = new PieceHash(_writer, Piece, 0, Piece.Length);

        await hash.AbandonAsync();
        var seen = _writer.Finish();
        await hash.CompleteAsync();

        Assert.Contains(seen, new[] { PieceDigest, Digest.Compute([]) });
        Assert.Equal(Digest.Compute([]), _writer.Finish());
    }

    [Fact]
    public async Task HashThatFails_FailsWhoNeedsIt()
    {
        _writer.Dispose();
        var hash = new PieceHash(_writer, Piece, 0, Piece.Length);

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await hash.CompleteAsync());
    }
}
