using System.Buffers;

namespace EdgeCache.Transport.Epoll;

/// <summary>
/// What was received and not yet consumed, in one piece: a block of the pool (4 KiB), or twice what does not fit; the reader bounds it by consuming
/// (Kestrel by its limit on request headers). Holds nothing between requests. Not thread-safe.
/// </summary>
internal sealed class ReceiveBuffer(MemoryPool<byte> pool)
{
    private IMemoryOwner<byte>? _block;
    private byte[]? _array;
    private Memory<byte> _memory;
    private int _start;
    private int _end;

    public ReadOnlySequence<byte> Content => new(_memory[_start.._end]);

    /// <summary>Room for at least one more byte.</summary>
    public Memory<byte> Room()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = 0;
        }

        if (_memory.IsEmpty)
        {
            _block = pool.Rent();
            _memory = _block.Memory;
        }
        else if (_end == _memory.Length)
        {
            Grow();
        }

        return _memory[_end..];
    }

    public void Advance(int count) => _end += count;

    public void Consume(int count) => _start += count;

    public void ReleaseIfEmpty()
    {
        if (_start == _end)
        {
            Release();
        }
    }

    /// <summary>Gives everything back. Nobody may still read it.</summary>
    public void Release()
    {
        _block?.Dispose();
        _block = null;
        if (_array is not null)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = null;
        }

        _memory = default;
        _start = 0;
        _end = 0;
    }

    private void Grow()
    {
        var content = _memory[_start.._end];
        if (content.Length <= _memory.Length / 2)
        {
            content.CopyTo(_memory);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(_memory.Length * 2);
            content.CopyTo(larger);
            Release();
            _array = larger;
            _memory = larger;
        }

        _start = 0;
        _end = content.Length;
    }
}
