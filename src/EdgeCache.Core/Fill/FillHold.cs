using EdgeCache.Core.Blobs;

namespace EdgeCache.Core.Fill;

/// <summary>A fill's own hold on what it writes, from which its readers take theirs: the file, and the memory that follows where the disk refused. Not thread-safe: under the fill's lock.</summary>
internal sealed class FillHold
{
    private BlobLease? _file;
    private BlobLease? _memory;
    private bool _isTail;

    /// <summary>From where on the bytes are in memory; null as long as the disk takes them.</summary>
    public long? InMemoryFrom { get; private set; }

    public void Begin(BlobWriter writer)
    {
        Release();
        _file = writer.OpenLease();
        if (writer.IsInMemory)
        {
            GoOnInMemory(writer);
        }
    }

    public void GoOnInMemory(BlobWriter writer)
    {
        _memory = writer.OpenLease();
        InMemoryFrom = writer.InMemoryFrom;
    }

    /// <summary>The last bytes are in memory as well; null where they are there already, or cannot be.</summary>
    public void Keep(MemoryTail? tail)
    {
        if (tail is not null)
        {
            (_memory, InMemoryFrom, _isTail) = (tail.Lease, tail.From, true);
        }
    }

    /// <summary>The file has the last bytes as well.</summary>
    public void ForgetTail()
    {
        if (_isTail)
        {
            _memory?.Dispose();
            (_memory, InMemoryFrom, _isTail) = (null, null, false);
        }
    }

    /// <summary>One more hold on the file, or on what is in memory; null where there is none.</summary>
    public BlobLease? Share(bool inMemory) => (inMemory ? _memory : _file)?.Share();

    public void Release()
    {
        _file?.Dispose();
        _memory?.Dispose();
        (_file, _memory, InMemoryFrom, _isTail) = (null, null, null, false);
    }
}
