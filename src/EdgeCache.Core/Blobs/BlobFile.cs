using EdgeCache.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// One open file with its holders counted: a published blob, or one that still grows under a <see cref="BlobWriter"/>. It closes
/// with its last holder, also when the name is already gone. Safe for concurrent use.
/// </summary>
internal sealed class BlobFile
{
    private readonly Action<BlobFile>? _closed;
    private int _holders = 1;
    private int _doomed;
    private int _read;
    private long _checkedAt;
    private bool _kept;

    /// <param name="closed">Called once, by the last holder, after the handle is closed.</param>
    public BlobFile(SafeFileHandle handle, Digest digest, BlobPool pool, long sizeBytes, Action<BlobFile>? closed)
    {
        Handle = handle;
        Digest = digest;
        Pool = pool;
        SizeBytes = sizeBytes;
        _closed = closed;
    }

    public SafeFileHandle Handle { get; }

    public Digest Digest { get; }

    public BlobPool Pool { get; }

    /// <summary>The verified length; for a growing file the length written so far is the fill's to say.</summary>
    public long SizeBytes { get; set; }

    /// <summary>The digest as headers want it, made once for all readers.</summary>
    public DigestText Text => field ??= new DigestText(Digest);

    /// <summary>When its name was last seen on disk and its use recorded there, on the clock of its store.</summary>
    public long CheckedAt
    {
        get => Volatile.Read(ref _checkedAt);
        set => Volatile.Write(ref _checkedAt, value);
    }

    public bool IsKept => Volatile.Read(ref _kept);

    /// <summary>Whether it was read before, since it was opened.</summary>
    public bool MarkRead() => Interlocked.Exchange(ref _read, 1) != 0;

    /// <summary>Whether anybody but the store holds it.</summary>
    public bool HasReaders => Volatile.Read(ref _holders) > (Volatile.Read(ref _kept) ? 1 : 0);

    /// <summary>The name is gone; the bytes are used until the last holder leaves.</summary>
    public bool IsDoomed => Volatile.Read(ref _doomed) != 0;

    /// <summary>Marks the file as unlinked; true for the one call that did it while holders remain.</summary>
    public bool Doom() => Interlocked.Exchange(ref _doomed, 1) == 0;

    /// <summary>Takes one more hold; false when the last holder has just gone.</summary>
    public bool TryHold()
    {
        var seen = Volatile.Read(ref _holders);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref _holders, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    /// <summary>The store takes a hold of its own, which keeps the file open between readers.</summary>
    public void BeginKeeping()
    {
        Volatile.Write(ref _kept, TryHold());
    }

    public void EndKeeping()
    {
        Volatile.Write(ref _kept, false);
        Release();
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            Handle.Dispose();
            _closed?.Invoke(this);
        }
    }
}
