using EdgeCache.Core.Blobs;

namespace EdgeCache.Core.Fill;

/// <summary>A fill's own holds on where its bytes are: the growing file, and memory from where the disk took no more. Safe for concurrent use.</summary>
internal sealed class FillFiles
{
    /// <summary>Protects everything below.</summary>
    private readonly Lock _gate = new();
    private BlobLease? _file;
    private BlobLease? _memory;
    private long? _inMemoryFrom;

    /// <summary>From where on the bytes are in memory; null as long as the disk takes them.</summary>
    public long? InMemoryFrom
    {
        get
        {
            lock (_gate)
            {
                return _inMemoryFrom;
            }
        }
    }

    /// <summary>Takes hold of the file that a body is written to, in place of one before.</summary>
    public void Open(BlobWriter writer)
    {
        Release();
        lock (_gate)
        {
            _file = writer.OpenLease();
        }

        if (writer.IsInMemory)
        {
            GoOnInMemory(writer);
        }
    }

    /// <summary>The disk takes no more: what comes now is in memory.</summary>
    public void GoOnInMemory(BlobWriter writer)
    {
        lock (_gate)
        {
            _memory = writer.OpenLease();
            _inMemoryFrom = writer.InMemoryFrom;
        }
    }

    /// <summary>A hold on the file; null before the body begins.</summary>
    public BlobLease? ShareFile()
    {
        lock (_gate)
        {
            return _file?.Share();
        }
    }

    /// <summary>A hold on the file in memory; null where there is none.</summary>
    public BlobLease? ShareMemory()
    {
        lock (_gate)
        {
            return _memory?.Share();
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
            _memory?.Dispose();
            _memory = null;
            _inMemoryFrom = null;
        }
    }
}
