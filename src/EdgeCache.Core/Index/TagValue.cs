using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Index;

/// <summary>A <see cref="TagEntry"/> as FASTER keeps it: 96 bytes, since a tag may mean a SHA-512 digest.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TagValue : IIndexValue
{
    public HashBytes Hash;
    public long SizeBytes;
    public long ValidatedAtTicks;
    public long Sequence;
    public DigestAlgorithm Algorithm;
    public ManifestTypes Type;
    public byte Removed;
#pragma warning disable CS0169, IDE0051 // They fill the layout; the checksum is written through the bytes.
    private readonly byte _unused;
    private readonly uint _checksum;
#pragma warning restore CS0169, IDE0051

    readonly long IIndexValue.Sequence => Sequence;

    public readonly bool IsRemoved => Removed != 0;

    /// <summary>Room for the longer of the two hashes.</summary>
    [InlineArray(64)]
    internal struct HashBytes
    {
        private byte _first;
    }
}
