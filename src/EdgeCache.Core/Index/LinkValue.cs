using System.Runtime.InteropServices;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Index;

/// <summary>A <see cref="LinkEntry"/> as FASTER keeps it: 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkValue : IIndexValue
{
    public long SizeBytes;
    public long LinkedAtTicks;
    public long Sequence;
    public ManifestTypes Type;
    public byte Removed;
#pragma warning disable CS0169, IDE0051 // They fill the layout; the checksum is written through the bytes.
    private readonly ushort _unused;
    private readonly uint _checksum;
#pragma warning restore CS0169, IDE0051

    readonly long IIndexValue.Sequence => Sequence;

    public readonly bool IsRemoved => Removed != 0;
}
