using System.Buffers;
using System.Runtime.InteropServices;

namespace EdgeCache.Transport.Output;

/// <summary>
/// The bytes written and not yet sent, in rented segments: the first one a block of the connection's pool (4 KiB: a response's head or a small answer), further
/// ones up to 64 KiB; or all of one length. Holds nothing while it is empty. Not thread-safe.
/// </summary>
internal sealed class SendBuffer
{
    private const int MaxSegmentBytes = 64 << 10;

    private readonly MemoryPool<byte>? _pool;
    private readonly int _segmentBytes;
    private Segment[] _segments = new Segment[1];
    private int _count;
    private int _head;

    public SendBuffer(MemoryPool<byte> pool) => _pool = pool;

    /// <param name="segmentBytes">What every segment holds, unless more was asked for at once.</param>
    public SendBuffer(int segmentBytes) => _segmentBytes = segmentBytes;

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

    /// <summary>Appends bytes without a copy; the caller keeps them until they are consumed or <see cref="DropBorrowed"/> was called.</summary>
    public void Borrow(ReadOnlyMemory<byte> bytes)
    {
        Grow();
        _segments[_count++] = Segment.Of(bytes);
        Length += bytes.Length;
    }

    /// <summary>Forgets what was borrowed; true where some of it was not consumed. Then nothing is left that could be sent in order.</summary>
    public bool DropBorrowed()
    {
        var isLeft = false;
        for (var index = 0; index < _count; index++)
        {
            isLeft |= _segments[index] is { IsBorrowed: true, Unsent.IsEmpty: false };
        }

        if (isLeft)
        {
            Release();
        }

        return isLeft;
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

        Grow();
        _segments[_count] = Rent(wanted);
        _count++;
    }

    private void Grow()
    {
        if (_count == _segments.Length)
        {
            Array.Resize(ref _segments, _count * 2);
        }
    }

    private Segment Rent(int wanted)
    {
        if (_pool is null)
        {
            var length = Math.Max(wanted, _segmentBytes);
            return Segment.Of(ArrayPool<byte>.Shared.Rent(length), length);
        }

        if (_count == 0 && wanted <= _pool.MaxBufferSize)
        {
            return Segment.Of(_pool.Rent(wanted));
        }

        var array = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, Math.Min(MaxSegmentBytes, 8192 << Math.Min(_count, 4))));
        return Segment.Of(array, array.Length);
    }

    private struct Segment
    {
        private IMemoryOwner<byte>? _block;
        private byte[]? _array;
        private Memory<byte> _memory;

        public int Written;
        public int Sent;

        public readonly bool IsBorrowed => _block is null && _array is null;

        public readonly Memory<byte> Room => _memory[Written..];

        public readonly ReadOnlyMemory<byte> Unsent => _memory[Sent..Written];

        public static Segment Of(IMemoryOwner<byte> block) => new() { _block = block, _memory = block.Memory };

        public static Segment Of(byte[] array, int length) => new() { _array = array, _memory = array.AsMemory(0, length) };

        public static Segment Of(ReadOnlyMemory<byte> borrowed) => new() { _memory = MemoryMarshal.AsMemory(borrowed), Written = borrowed.Length };

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
