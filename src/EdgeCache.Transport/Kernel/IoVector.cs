using System.Runtime.InteropServices;

namespace EdgeCache.Transport.Kernel;

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct IoVector(byte* start, nuint lengthBytes)
{
    private readonly byte* _start = start;
    private readonly nuint _lengthBytes = lengthBytes;
}
