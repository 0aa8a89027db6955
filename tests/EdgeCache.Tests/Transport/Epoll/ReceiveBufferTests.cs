using System.Buffers;
using EdgeCache.Transport.Epoll;
using Xunit;

namespace EdgeCache.Tests.Transport.Epoll;

public sealed class ReceiveBufferTests
{
    private const int BlockBytes = 4096;

    private readonly CountingMemoryPool _pool = new();
    private readonly ReceiveBuffer _buffer;

    public ReceiveBufferTests() => _buffer = new ReceiveBuffer(_pool);

    [Fact]
    public void New_HoldsNothing()
    {
        Assert.True(_buffer.Content.IsEmpty);
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public void Empty_GivesItsBlockBackAndGoesOn()
    {
        for (var round = 0; round < 3; round++)
        {
            Fill(100, seed: round);
            Assert.Equal(1, _pool.Rented);
            _buffer.ReleaseIfEmpty();
            Assert.Equal(1, _pool.Rented);
            AssertContent(100, seed: round);
            _buffer.Consume(100);
            _buffer.ReleaseIfEmpty();
            Assert.Equal(0, _pool.Rented);
        }
    }

    [Fact]
    public void ConsumedToItsEnd_TheWholeBlockIsFreeAgain()
    {
        Fill(BlockBytes, seed: 1);
        _buffer.Consume(BlockBytes);
        Assert.Equal(BlockBytes, _buffer.Room().Length);
        Assert.Equal(1, _pool.Rented);
        _buffer.Release();
    }

    [Theory]
    [InlineData(BlockBytes / 2)]
    [InlineData(BlockBytes - 1)]
    public void Full_LittleLeft_IsMovedToTheFront(int consumed)
    {
        Fill(BlockBytes, seed: 2);
        _buffer.Consume(consumed);
        Assert.Equal(consumed, _buffer.Room().Length);
        Assert.Equal(Bytes(BlockBytes, seed: 2)[consumed..], _buffer.Content.ToArray());
        Assert.Equal(1, _pool.Rented);
        _buffer.Release();
        Assert.Equal(0, _pool.Rented);
    }

    [Fact]
    public void Full_MuchLeft_Grows()
    {
        Fill(BlockBytes, seed: 3);
        _buffer.Consume(10);
        Assert.True(_buffer.Room().Length >= BlockBytes);
        Assert.Equal(0, _pool.Rented);
        Assert.Equal(Bytes(BlockBytes, seed: 3)[10..], _buffer.Content.ToArray());
        _buffer.Release();
        Assert.True(_buffer.Content.IsEmpty);
    }

    [Fact]
    public void ManyBlocks_StayInOnePieceAndInOrder()
    {
        Fill(100_000, seed: 4);
        Assert.True(_buffer.Content.IsSingleSegment);
        AssertContent(100_000, seed: 4);
        _buffer.Release();
        Fill(5, seed: 5);
        AssertContent(5, seed: 5);
        Assert.Equal(1, _pool.Rented);
        _buffer.Release();
    }

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private void Fill(int count, int seed)
    {
        var bytes = Bytes(count, seed).AsMemory();
        while (!bytes.IsEmpty)
        {
            var room = _buffer.Room();
            var taken = Math.Min(room.Length, bytes.Length);
            bytes[..taken].CopyTo(room);
            _buffer.Advance(taken);
            bytes = bytes[taken..];
        }
    }

    private void AssertContent(int count, int seed) => Assert.Equal(Bytes(count, seed), _buffer.Content.ToArray());
}
