using System.Runtime.InteropServices;
using EdgeCache.Core.Blobs;

namespace EdgeCache.Core.Index;

/// <summary>A <see cref="BlobEntry"/> as FASTER keeps it: 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BlobValue : IIndexValue
{
    public long SizeBytes;
    public int Slot;
    public BlobPool Pool;
#pragma warning disable CS0169, IDE0051 // They fill the layout; the checksum is written through the bytes.
    private readonly byte _unused1;
    private readonly ushort _unused2;
    private readonly uint _unused3;
    private readonly uint _checksum;
#pragma warning restore CS0169, IDE0051

    public readonly long Sequence => 0;

    public readonly bool IsRemoved => false;
}
