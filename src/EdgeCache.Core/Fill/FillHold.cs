using EdgeCache.Core.Blobs;

namespace EdgeCache.Core.Fill;

/// <summary>A fill's own hold on what it writes, from which its readers take theirs: the file, and the memory that follows where the disk refused. Not thread-safe: under the fill's lock.</summary>
internal sealed class FillHold
{
    private BlobLease? _file;
    private BlobLease? _memory;

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

    /// <summary>One more hold on the file, or on what is in memory; null where there is none.</summary>
    public BlobLease? Share(bool inMemory) => (inMemory ? _memory : _file)?.Share();

    public void Release()
    {
        _file?.Dispose();
        _memory?.Dispose();
        (_file, _memory, InMemoryFrom) = (null, null, null);
    }
}
