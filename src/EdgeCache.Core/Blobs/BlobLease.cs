using EdgeCache.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// A reader's hold on a blob: as long as it is not disposed the bytes stay readable, whatever eviction does to the name. Not
/// thread-safe; disposing twice is harmless.
/// </summary>
public sealed class BlobLease : IDisposable
{
    private BlobFile? _file;

    internal BlobLease(BlobFile file) => _file = file;

    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public SafeFileHandle Handle => File.Handle;

    public Digest Digest => File.Digest;

    internal BlobPool Pool => File.Pool;

    /// <summary>The digest as headers want it.</summary>
    public DigestText Text => File.Text;

    /// <summary>The blob's length in bytes; 0 for one that is still being filled.</summary>
    public long SizeBytes => File.SizeBytes;

    /// <summary>Whether the file was read before, since it was opened: what is read once need not be held in memory.</summary>
    internal bool MarkRead() => File.MarkRead();

    internal bool IsOf(BlobFile file) => ReferenceEquals(_file, file);

    private BlobFile File => _file ?? throw new ObjectDisposedException(nameof(BlobLease));

    /// <summary>Reads into the buffer from an offset on; fewer bytes only at the file's end.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
        RandomAccess.ReadAsync(Handle, buffer, offset, cancellationToken);

    /// <summary>One more hold on the same file, for another reader.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public BlobLease Share()
    {
        var file = File;
        ObjectDisposedException.ThrowIf(!file.TryHold(), this);
        return new BlobLease(file);
    }

    public void Dispose() => Interlocked.Exchange(ref _file, null)?.Release();
}
