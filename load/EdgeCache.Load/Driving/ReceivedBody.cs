using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeCache.Core.Oci;

namespace EdgeCache.Load.Driving;

/// <summary>A manifest or a blob as it arrives, over one answer or several: hashed, and kept where it is small and wanted. One user at a time.</summary>
internal sealed class ReceivedBody : IDisposable
{
    private readonly bool _keepsBytes;
    private readonly MemoryStream _kept = new();
    private IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="expected">Its digest; none where the first answer names it.</param>
    public ReceivedBody(Digest expected, bool keepsBytes)
    {
        _keepsBytes = keepsBytes;
        SetDigest(expected);
    }

    public Digest Digest { get; private set; }

    /// <summary>What has come so far.</summary>
    public long Length { get; private set; }

    /// <summary>An answer begins.</summary>
    /// <param name="isWhole">Whether it has the content from its first byte on: what has come before does not count then.</param>
    /// <param name="named">The digest that the answer names; none where it names none.</param>
    /// <param name="contentRange">The field of a partial answer.</param>
    /// <exception cref="IOException">A part that does not go on where the last one ended.</exception>
    public void Begin(bool isWhole, Digest named, ReadOnlySpan<byte> contentRange)
    {
        if (isWhole)
        {
            _hash.Dispose();
            _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            _kept.SetLength(0);
            Length = 0;
        }
        else if (!Encoding.ASCII.GetString(contentRange).StartsWith(string.Create(CultureInfo.InvariantCulture, $"bytes {Length}-"), StringComparison.Ordinal))
        {
            throw new IOException("A part came that does not go on where the last one ended.");
        }

        if (Digest.IsNone)
        {
            SetDigest(named);
        }
    }

    public void Add(ReadOnlySpan<byte> piece)
    {
        _hash.AppendData(piece);
        Length += piece.Length;
        if (_keepsBytes)
        {
            if (Length > ManifestDocument.MaxSizeBytes)
            {
                throw new IOException("A manifest that is too large.");
            }

            _kept.Write(piece);
        }
    }

    /// <exception cref="DigestMismatchException">What came is something else.</exception>
    public void Verify(string path)
    {
        if (Digest.IsNone || !_hash.GetHashAndReset().AsSpan().SequenceEqual(Digest.Hash))
        {
            throw new DigestMismatchException($"{path}: {Length} bytes that are not {Digest}");
        }
    }

    public byte[] ToArray() => _kept.ToArray();

    public void Dispose()
    {
        _hash.Dispose();
        _kept.Dispose();
    }

    private void SetDigest(Digest digest)
    {
        Digest = digest;
        if (!digest.IsNone && digest.Algorithm == DigestAlgorithm.Sha512)
        {
            _hash.Dispose();
            _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        }
    }
}
