using System.Buffers;

namespace EdgeCache.Transport;

/// <summary>
/// The bytes written and not yet sent, in rented segments: the first one a block of the connection's pool (4 KiB: a response's head or a small answer), further
/// ones up to 64 KiB. Holds nothing while it is empty. Not thread-safe.
/// </summary>
internal sealed class SendBuffer(MemoryPool<byte> pool)
{
    private const int MaxSegmentBytes = 64 << 10;

    private Segment[] _segments = new Segment[1];
    private int _count;
    private int _head;

    /// <summary>Written and not yet consumed.</summary>
    public long Length { get; private set; }

    /// <summary>What can be written without another segment.</summary>
    public int Room => _count == 0 ? 0 : _segments[_count - 1].Room.Length;

    /// <summary>Room for writing, of at least the hint (and at least one byte); it belongs to the buffer.</summary>
    public Memory<byte> GetMemory(int sizeHint)
    {
        var wanted = Math.Max(sizeHint, 1);
        if (_count == 0 || _segments[_count - 1].Room.Length < wanted)
        {
            AddSegment(wanted);
        }

        return _segments[_count - 1].Room;
    }

    /// <exception cref="ArgumentOutOfRangeException">More than the room that was given.</exception>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _count == 0 ? 0 : _segments[_count - 1].Room.Length);
        if (count > 0)
        {
            _segments[_count - 1].Written += count;
            Length += count;
        }
    }

    /// <summary>The oldest bytes; empty where there are none.</summary>
    public ReadOnlyMemory<byte> Peek()
    {
        while (_head < _count && _segments[_head].Unsent.IsEmpty)
        {
            _head++;
        }

        return _head < _count ? _segments[_head].Unsent : default;
    }

    /// <summary>The bytes right behind those that <see cref="Peek"/> gives, to be sent by the same call; empty where there are none.</summary>
    public ReadOnlyMemory<byte> PeekNext() => _head + 1 < _count ? _segments[_head + 1].Unsent : default;

    /// <param name="count">How many were sent of the bytes that <see cref="Peek"/> gave, and then of those of <see cref="PeekNext"/>.</param>
    public void Consume(int count)
    {
        Length -= count;
        for (var index = _head; count > 0; index++)
        {
            var taken = Math.Min(count, _segments[index].Unsent.Length);
            _segments[index].Sent += taken;
            count -= taken;
        }
    }

    /// <summary>Gives every segment back, its bytes sent or not. Nobody may still read them.</summary>
    public void Release()
    {
        for (var index = 0; index < _count; index++)
        {
            _segments[index].Release();
            _segments[index] = default;
        }

        // A burst of segments is forgotten; the usual one or two are kept.
        _segments = _segments.Length > 16 ? new Segment[1] : _segments;
        _count = 0;
        _head = 0;
        Length = 0;
    }

    private void AddSegment(int wanted)
    {
        if (_count > 0 && _segments[_count - 1].Written == 0)
        {
            _segments[--_count].Release();
        }

        if (_count == _segments.Length)
        {
            Array.Resize(ref _segments, _count * 2);
        }

        _segments[_count] = _count == 0 && wanted <= pool.MaxBufferSize
            ? Segment.Of(pool.Rent(wanted))
            : Segment.Of(ArrayPool<byte>.Shared.Rent(Math.Max(wanted, Math.Min(MaxSegmentBytes, 8192 << Math.Min(_count, 4)))));
        _count++;
    }

    private struct Segment
    {
        private IMemoryOwner<byte>? _block;
        private byte[]? _array;
        private Memory<byte> _memory;

        public int Written;
        public int Sent;

        public readonly Memory<byte> Room => _memory[Written..];

        public readonly ReadOnlyMemory<byte> Unsent => _memory[Sent..Written];

        public static Segment Of(IMemoryOwner<byte> block) => new() { _block = block, _memory = block.Memory };

        public static Segment Of(byte[] array) => new() { _array = array, _memory = array };

        public void Release()
        {
            _block?.Dispose();
            if (_array is not null)
            {
                ArrayPool<byte>.Shared.Return(_array);
            }
        }
    }
}
