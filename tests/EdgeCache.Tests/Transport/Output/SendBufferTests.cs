using System.Buffers;
using EdgeCache.Transport.Output;
using Xunit;

namespace EdgeCache.Tests.Transport.Output;

public sealed class SendBufferTests
{
    private readonly SendBuffer _buffer = new(MemoryPool<byte>.Shared);

    [Fact]
    public void Empty_HasNothing()
    {
        Assert.Equal(0, _buffer.Length);
        Assert.Equal(0, _buffer.Room);
        Assert.True(_buffer.Peek().IsEmpty);
    }

    [Fact]
    public void Bytes_ComeOutInOrderWhateverThePieces()
    {
        var bytes = new byte[500_000];
        new Random(5).NextBytes(bytes);
        for (var round = 0; round < 2; round++)
        {
            for (var offset = 0; offset < bytes.Length;)
            {
                var memory = _buffer.GetMemory(offset % 9000);
                var count = Math.Min(Math.Min(memory.Length, 7001), bytes.Length - offset);
                bytes.AsMemory(offset, count).CopyTo(memory);
                _buffer.Advance(count);
                offset += count;
            }

            Assert.Equal(bytes.Length, _buffer.Length);
            Assert.Equal(bytes, Drain());
            Assert.True(_buffer.Peek().IsEmpty);
            _buffer.Release();
            Assert.Equal(0, _buffer.Room);
        }
    }

    [Fact]
    public void TwoSegments_AreSeenAtOnceAndConsumedAsOne()
    {
        var bytes = new byte[12_000];
        new Random(6).NextBytes(bytes);
        bytes.AsMemory(0, 3_000).CopyTo(_buffer.GetMemory(3_000));
        _buffer.Advance(3_000);
        bytes.AsMemory(3_000).CopyTo(_buffer.GetMemory(9_000));
        _buffer.Advance(9_000);

        Assert.Equal(bytes, (byte[])[.. _buffer.Peek().Span, .. _buffer.PeekNext().Span]);
        _buffer.Consume(1_000);
        Assert.Equal(bytes[1_000..], (byte[])[.. _buffer.Peek().Span, .. _buffer.PeekNext().Span]);
        _buffer.Consume(5_000);
        Assert.Equal(bytes[6_000..], _buffer.Peek().ToArray());
        Assert.True(_buffer.PeekNext().IsEmpty);
        _buffer.Consume(6_000);
        Assert.True(_buffer.Peek().IsEmpty);
        Assert.Equal(0, _buffer.Length);
        _buffer.Release();
    }

    [Fact]
    public void Hint_IsMetWhateverItsSize()
    {
        Assert.True(_buffer.GetMemory(0).Length >= 1);
        Assert.True(_buffer.GetMemory(3_000_000).Length >= 3_000_000);
        Assert.Equal(0, _buffer.Length);
        _buffer.Release();
    }

    [Fact]
    public void Advance_BeyondTheRoom_Throws()
    {
        var room = _buffer.GetMemory(10).Length;
        Assert.Throws<ArgumentOutOfRangeException>(() => _buffer.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _buffer.Advance(-1));
        _buffer.Release();
    }

    [Fact]
    public void SegmentsOfOneLength_AreFilledBeforeTheNext()
    {
        var buffer = new SendBuffer(10_000);
        for (var index = 0; index < 25; index++)
        {
            buffer.Advance(Math.Min(buffer.GetMemory(0).Length, 1_000));
        }

        Assert.Equal((10_000, 10_000), (buffer.Peek().Length, buffer.PeekNext().Length));
        Assert.Equal(5_000, buffer.Room);
        Assert.True(buffer.GetMemory(20_000).Length >= 20_000);
        buffer.Release();
    }

    [Fact]
    public void BorrowedBytes_AreGivenBackWhetherConsumedOrNot()
    {
        var bytes = new byte[3_000];
        new Random(7).NextBytes(bytes);
        _buffer.Borrow(bytes);
        Assert.Equal(0, _buffer.Room);
        Assert.Equal(bytes, Drain());
        Assert.False(_buffer.DropBorrowed());
        _buffer.Release();

        _buffer.Borrow(bytes);
        _buffer.Consume(1_000);
        Assert.True(_buffer.DropBorrowed());
        Assert.Equal(0, _buffer.Length);
        Assert.True(_buffer.Peek().IsEmpty);
    }

    private byte[] Drain()
    {
        var all = new List<byte>();
        while (_buffer.Length > 0)
        {
            var bytes = _buffer.Peek();
            var count = Math.Min(bytes.Length, 999);
            all.AddRange(bytes.Span[..count]);
            _buffer.Consume(count);
        }

        return [.. all];
    }
}
