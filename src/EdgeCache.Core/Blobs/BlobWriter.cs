using System.Security.Cryptography;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// A temporary file that grows to become a blob, hashed as it is written. Owned by one fill; only <see cref="OpenLease"/> may be called by others.
/// Disposing it without publishing deletes the file's name; readers that hold a lease keep the bytes.
/// </summary>
public sealed class BlobWriter : IDisposable
{
    private readonly IncrementalHash _hash;
    private readonly BlobFile _file;
    private readonly IDisk _disk;
    private bool _named = true;
    private bool _disposed;

    internal BlobWriter(BlobFile file, IDisk disk, string path)
    {
        _disk = disk;
        _file = file;
        Path = path;
        _hash = IncrementalHash.CreateHash(
            file.Digest.Algorithm == DigestAlgorithm.Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
    }

    /// <summary>Bytes written so far.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>The digest that the content has to have.</summary>
    public Digest Expected => _file.Digest;

    internal string Path { get; }

    internal BlobFile File => _file;

    /// <summary>Writes the next bytes at the end and hashes them.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Write(bytes);
        Hash(bytes);
    }

    /// <summary>Writes a body that comes bit by bit, hashed beside the writing. Dispose it before the writer.</summary>
    /// <param name="pieceBytes">The length of a buffer, of which it takes two at most.</param>
    /// <param name="totalBytes">How long the body is; -1 where that is not known.</param>
    public PieceWriter OpenPieces(int pieceBytes, long totalBytes) => new(this, pieceBytes, totalBytes);

    /// <summary>The digest of all that was written, in the algorithm of the expected digest. Ends the hashing: call it once.</summary>
    public Digest Finish()
    {
        Span<byte> hash = stackalloc byte[64];
        var length = _hash.GetHashAndReset(hash);
        return Digest.FromHash(_file.Digest.Algorithm, hash[..length]);
    }

    /// <summary>A reader's hold on the growing file; null when the writer and all its readers have gone.</summary>
    public BlobLease? OpenLease() => _file.TryHold() ? new BlobLease(_file) : null;

    /// <summary>Writes the next bytes at the end, for <see cref="Hash"/> to follow.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        _disk.Write(_file.Handle, bytes, WrittenBytes);
        WrittenBytes += bytes.Length;
    }

    /// <summary>Hashes the next bytes, in the order of the content; one call at a time, on any thread.</summary>
    internal void Hash(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>The file has its final name: disposing must not delete it.</summary>
    internal void Renamed() => _named = false;

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _hash.Dispose();
        if (_named)
        {
            BlobStore.DeleteQuietly(_disk, Path);
        }

        _file.Release();
    }
}
