using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Blobs;

public sealed class PieceWriterTests : IDisposable
{
    private const int PieceBytes = 64 * 1024;

    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(1_000_000);

    private readonly TempFolder _temp = new();
    private readonly CacheFolder _folder;
    private readonly BlobStore _store;

    public PieceWriterTests()
    {
        _folder = CacheFolder.Open(_temp.Path);
        _store = new BlobStore(_folder.Paths, SystemDisk.Instance, TimeProvider.System, NullLogger.Instance);
    }

    public void Dispose()
    {
        Assert.Empty(Directory.EnumerateFiles(_folder.Paths.Temporary));
        _folder.Dispose();
        _temp.Dispose();
    }

    [Theory]
    [InlineData(1_000_000, 1_000_000, DigestAlgorithm.Sha256)]
    [InlineData(1_000_000, -1, DigestAlgorithm.Sha256)]
    [InlineData(1_000_000, 1_000_000, DigestAlgorithm.Sha512)]
    [InlineData(PieceBytes, PieceBytes, DigestAlgorithm.Sha256)]
    [InlineData(PieceBytes + 1, -1, DigestAlgorithm.Sha256)]
    [InlineData(1_000, 1_000, DigestAlgorithm.Sha256)]
    [InlineData(0, 0, DigestAlgorithm.Sha256)]
    [InlineData(0, -1, DigestAlgorithm.Sha256)]
    public async Task AnyLength_DigestIsThatOfAllBytesInTheirOrder(int length, int totalBytes, DigestAlgorithm algorithm)
    {
        var content = Content.AsMemory(0, length);
        var digest = Digest.Compute(content.Span, algorithm);
        using var writer = Create(digest);
        await using var pieces = writer.OpenPieces(PieceBytes, totalBytes);

        await SendAsync(pieces, content);

        Assert.Equal(digest, await pieces.FinishAsync());
        Assert.Equal(length, writer.WrittenBytes);
    }

    [Fact]
    public async Task Commit_IsInTheFileAtOnce()
    {
        using var writer = Create(Digest.Compute(Content));
        await using var pieces = writer.OpenPieces(PieceBytes, Content.Length);
        using var lease = writer.OpenLease()!;
        var seen = new byte[10];

        for (var sent = 0; sent < Content.Length; sent += 10_000)
        {
            await SendAsync(pieces, Content.AsMemory(sent, 10_000));

            Assert.Equal(10, await lease.ReadAsync(seen, sent + 9_990, default));
            Assert.Equal(Content[(sent + 9_990)..(sent + 10_000)], seen);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public async Task DisposedInTheMiddle_LeavesNothing(int bytes)
    {
        using var writer = Create(Digest.Compute(Content));
        var pieces = writer.OpenPieces(PieceBytes, Content.Length);
        await SendAsync(pieces, Content.AsMemory(0, bytes));

        await pieces.DisposeAsync();
        await pieces.DisposeAsync();
    }

    [Fact]
    public async Task FullDisk_IsTheCallersToHandle()
    {
        using var writer = Create(Digest.Compute(Content));
        await using var pieces = writer.OpenPieces(PieceBytes, Content.Length);
        using var lease = writer.OpenLease()!;
        await SendAsync(pieces, Content.AsMemory(0, 200_000));
        await pieces.GetRoomAsync();
        FullDisk.Befall(lease.Handle);

        Assert.Throws<IOException>(() => pieces.Commit(1));
        Assert.Equal(200_000, writer.WrittenBytes);
    }

    [Fact]
    public async Task HashThatFails_IsThrownOnceAndThePiecesAreGivenBack()
    {
        using var writer = Create(Digest.Compute(Content));
        var pieces = writer.OpenPieces(PieceBytes, Content.Length);
        await SendAsync(pieces, Content.AsMemory(0, PieceBytes));
        writer.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await pieces.GetRoomAsync();
            await pieces.FinishAsync();
        });
        await pieces.DisposeAsync();
    }

    private BlobWriter Create(in Digest digest) => _store.Create(digest, BlobPool.Blobs, 0);

    /// <summary>As an upstream does it: some bytes a read, and never more than there is room for.</summary>
    private static async Task SendAsync(PieceWriter pieces, ReadOnlyMemory<byte> content)
    {
        for (var readBytes = 1_000; content.Length > 0; readBytes = readBytes * 3 % 50_021)
        {
            var room = await pieces.GetRoomAsync();
            Assert.NotEqual(0, room.Length);
            var count = Math.Min(Math.Min(readBytes, room.Length), content.Length);
            content[..count].CopyTo(room);
            pieces.Commit(count);
            content = content[count..];
        }
    }
}
