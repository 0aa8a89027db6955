using System.Buffers;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// A temporary file that grows to become a blob, hashed as it is written. Owned by one fill; only <see cref="OpenLease"/> may be called by others.
/// Disposing it without publishing deletes the file's name; readers that hold a lease keep the bytes. Where the disk takes no more it goes on in memory, at
/// the same offsets: then it cannot be published, and what its readers have read is to be given back (<see cref="ForgetBefore"/>).
/// </summary>
public sealed class BlobWriter : IDisposable
{
    private readonly RunningDigest _hash;
    private readonly IDisk _disk;
    private readonly MemoryBlobs _memory;
    private readonly WriteLoss _loss;
    private BlobFile _file;

    /// <summary>What the disk took, where the rest is in memory, and what it should be.</summary>
    private BlobFile? _onDisk;
    private Digest _onDiskDigest;
    private long _forgottenBytes;
    private bool _named;
    private bool _disposed;

    /// <param name="path">The file's name; null for one that lies in memory from its first byte.</param>
    /// <param name="writtenBytes">What the file has already; to be hashed before anything is written (<see cref="TryHashAgainAsync"/>).</param>
    internal BlobWriter(BlobFile file, IDisk disk, string? path, MemoryBlobs memory, long writtenBytes = 0)
    {
        WrittenBytes = writtenBytes;
        _disk = disk;
        _loss = new WriteLoss(disk);
        _memory = memory;
        _file = file;
        _named = path is not null;
        IsInMemory = path is null;
        Path = path ?? string.Empty;
        _hash = new RunningDigest(file.Digest.Algorithm);
    }

    /// <summary>One that lies in memory from its first byte.</summary>
    /// <exception cref="IOException">Too much goes through memory already, or the system has no such files.</exception>
    internal static BlobWriter InMemory(MemoryBlobs memory, IDisk disk, in Digest expected, BlobPool pool, long expectedBytes)
    {
        var file = memory.Create(expected, pool, expectedBytes, out var windowBytes);
        return new BlobWriter(file, disk, null, memory) { WindowBytes = windowBytes };
    }

    /// <summary>Bytes written so far.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>The digest that the content has to have.</summary>
    public Digest Expected => _file.Digest;

    /// <summary>Whether the disk did not take it all; it cannot be published then.</summary>
    public bool IsInMemory { get; private set; }

    /// <summary>From where on the bytes are in memory, where they are.</summary>
    public long InMemoryFrom { get; private set; }

    /// <summary>Where they are in memory, how many of them may be there at once: earlier ones are to be given back (<see cref="ForgetBefore"/>) before more are written.</summary>
    public long WindowBytes { get; private set; }

    internal string Path { get; }

    internal BlobFile File => _file;

    /// <summary>Writes the next bytes at the end and hashes them.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Write(bytes);
        Hash(bytes);
    }

    /// <summary>Reads and hashes what the file had before this writer. False where it cannot be read.</summary>
    public ValueTask<bool> TryHashAgainAsync(CancellationToken cancellationToken) => TryReadIntoAsync(_hash, _file, WrittenBytes, cancellationToken);

    /// <summary>Whether all that was written to the disk can still be read, and is what was to be written. Safe for concurrent use, once nothing is written any more.</summary>
    public async ValueTask<bool> IsIntactAsync(CancellationToken cancellationToken)
    {
        var (file, bytes, expected) = IsInMemory ? (_onDisk, InMemoryFrom, _onDiskDigest) : (_file, WrittenBytes, Expected);
        using var hash = new RunningDigest(Expected.Algorithm);
        return file is null || (await TryReadIntoAsync(hash, file, bytes, cancellationToken).ConfigureAwait(false) && hash.Finish() == expected);
    }

    /// <summary>Writes a body that comes bit by bit, hashed beside the writing. Dispose it before the writer.</summary>
    /// <param name="pieceBytes">The length of a buffer, of which it takes two at most.</param>
    /// <param name="totalBytes">How long the body is; -1 where that is not known.</param>
    public PieceWriter OpenPieces(int pieceBytes, long totalBytes) => new(this, pieceBytes, totalBytes);

    /// <summary>The digest of all that was written, in the algorithm of the expected digest. Ends the hashing: call it once.</summary>
    public Digest Finish() => _hash.Finish();

    /// <summary>Has the next bytes go to memory, once all before them is hashed. Leases that were taken before have the bytes up to here, those taken from now on the bytes from here.</summary>
    /// <exception cref="IOException">Too much goes through memory already, or the system has no such files; nothing has changed.</exception>
    /// <param name="restBytes">How many bytes are still to come; 0 where that is not known.</param>
    public void GoOnInMemory(long restBytes)
    {
        var memory = _memory.Create(_file.Digest, _file.Pool, restBytes, out var windowBytes);
        WindowBytes = windowBytes;
        InMemoryFrom = WrittenBytes;
        _forgottenBytes = WrittenBytes;
        IsInMemory = true;
        DropName();
        (_onDisk, _onDiskDigest) = (_file, _hash.SoFar());
        _file = memory;
    }

    /// <summary>Throws where the disk is known to have lost what was written; readers of the file may have got anything then. Safe for concurrent use.</summary>
    /// <exception cref="IOException">It has.</exception>
    public void CheckWritten() => _loss.Check((IsInMemory ? _onDisk : _file)?.Handle);

    /// <summary>The last bytes once more, in memory, for readers to have once they know that nothing of what they read before was lost.</summary>
    /// <returns>Null where the system has no such files.</returns>
    internal MemoryTail? TryKeepTail(ReadOnlySpan<byte> before, ReadOnlySpan<byte> last)
    {
        BlobFile memory;
        try
        {
            memory = new BlobFile(MemoryFile.Create(), _file.Digest, _file.Pool, 0, closed: null);
        }
        catch (IOException)
        {
            return null;
        }

        var from = WrittenBytes - before.Length - last.Length;
        RandomAccess.Write(memory.Handle, before, from);
        RandomAccess.Write(memory.Handle, last, from + before.Length);
        if (from > 0 && !IsInMemory)
        {
            _loss.OpenWitness(Path);
        }

        return new MemoryTail(new BlobLease(memory), from);
    }

    /// <summary>Gives memory back that no reader reads any more, or will: what lies before an offset.</summary>
    public void ForgetBefore(long offset)
    {
        var from = _forgottenBytes / MemoryFile.GranuleBytes * MemoryFile.GranuleBytes;
        var until = offset / MemoryFile.GranuleBytes * MemoryFile.GranuleBytes;
        if (IsInMemory && until > from && OperatingSystem.IsLinux())
        {
            MemoryFile.GiveBack(_file.Handle, from, until - from);
            _forgottenBytes = until;
        }
    }

    /// <summary>A reader's hold on the growing file; null when the writer and all its readers have gone.</summary>
    public BlobLease? OpenLease() => _file.TryHold() ? new BlobLease(_file) : null;

    /// <summary>Writes the next bytes at the end, for <see cref="Hash"/> to follow.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        if (IsInMemory)
        {
            RandomAccess.Write(_file.Handle, bytes, WrittenBytes);
        }
        else
        {
            _disk.Write(_file.Handle, bytes, WrittenBytes);
        }

        WrittenBytes += bytes.Length;
    }

    /// <summary>Makes all that was written durable.</summary>
    /// <exception cref="IOException">The disk failed, or has lost some of it.</exception>
    internal void Sync() => _loss.Sync(_file.Handle);

    /// <summary>Hashes the next bytes, in the order of the content; one call at a time, on any thread.</summary>
    internal void Hash(ReadOnlySpan<byte> bytes) => _hash.Append(bytes);

    /// <summary>The file has its final name: disposing must not delete it.</summary>
    internal void Renamed() => _named = false;

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _loss.Dispose();
        _hash.Dispose();
        DropName();
        _onDisk?.Release();
        _file.Release();
    }

    private static async ValueTask<bool> TryReadIntoAsync(RunningDigest hash, BlobFile file, long bytes, CancellationToken cancellationToken)
    {
        const int BufferBytes = 256 * 1024;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            for (long position = 0; position < bytes;)
            {
                var room = buffer.AsMemory(0, (int)Math.Min(BufferBytes, bytes - position));
                var count = await RandomAccess.ReadAsync(file.Handle, room, position, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    return false;
                }

                hash.Append(buffer.AsSpan(0, count));
                position += count;
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void DropName()
    {
        if (_named)
        {
            _named = false;
            _disk.DeleteQuietly(Path);
        }
    }
}
