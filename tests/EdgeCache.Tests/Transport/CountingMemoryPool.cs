using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace EdgeCache.Tests.Transport;

/// <summary>A pool of blocks of 4 KiB that knows how many are rented; its own factory. Thread-safe.</summary>
internal sealed class CountingMemoryPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockBytes = 4096;

    private int _rented;

    public int Rented => Volatile.Read(ref _rented);

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        Interlocked.Increment(ref _rented);
        return new Block(this);
    }

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>Returned only once: what is returned twice is used by two.</summary>
    private sealed class Block(CountingMemoryPool pool) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = ArrayPool<byte>.Shared.Rent(BlockBytes);

        public Memory<byte> Memory => (_bytes ?? throw new ObjectDisposedException(nameof(Block))).AsMemory(0, BlockBytes);

        public void Dispose()
        {
            Xunit.Assert.NotNull(_bytes);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = null;
            Interlocked.Decrement(ref pool._rented);
        }
    }
}
