using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EdgeCache.Core.Index;

/// <summary>
/// CRC-32C of a key and its value, in the value's last four bytes. FASTER's hybrid log has no checksum of its own (a flipped byte came back as found).
/// </summary>
internal static class ValueChecksum
{
    public static void Stamp<TValue>(in IndexKey key, ref TValue value)
        where TValue : unmanaged, IIndexValue
    {
        var bytes = MemoryMarshal.AsBytes(new Span<TValue>(ref value));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^sizeof(uint)..], Compute(in key, bytes[..^sizeof(uint)]));
    }

    public static bool IsValid<TValue>(in IndexKey key, ref readonly TValue value)
        where TValue : unmanaged, IIndexValue
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<TValue>(in value));
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]) == Compute(in key, bytes[..^sizeof(uint)]);
    }

    /// <summary>CRC-32C of bytes, as the journal's entries carry it.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Continue(uint.MaxValue, bytes);

    private static uint Compute(in IndexKey key, ReadOnlySpan<byte> value) =>
        ~Continue(Continue(uint.MaxValue, MemoryMarshal.AsBytes(new ReadOnlySpan<IndexKey>(in key))), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Continue(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }
}
