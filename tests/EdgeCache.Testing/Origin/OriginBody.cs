namespace EdgeCache.Testing.Origin;

/// <summary>The bytes of an answer, which need not be in memory as one. Immutable; safe for concurrent use.</summary>
public abstract class OriginBody
{
    public static OriginBody Empty { get; } = Of(default);

    public abstract long Length { get; }

    public static OriginBody Of(ReadOnlyMemory<byte> bytes) => new MemoryBody(bytes);

    /// <summary>Bytes from an offset below the length on: at least one, at most as many as asked for, and not beyond the end. Never changed afterwards.</summary>
    public abstract ReadOnlyMemory<byte> Read(long offset, int maxBytes);

    public OriginBody Slice(long offset, long length) => new SlicedBody(this, offset, length);

    /// <summary>All of it, for what cannot be done piece by piece.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        for (var position = 0; position < bytes.Length;)
        {
            var piece = Read(position, bytes.Length - position);
            piece.CopyTo(bytes.AsMemory(position));
            position += piece.Length;
        }

        return bytes;
    }

    private sealed class MemoryBody(ReadOnlyMemory<byte> bytes) : OriginBody
    {
        public override long Length => bytes.Length;

        public override ReadOnlyMemory<byte> Read(long offset, int maxBytes) => bytes.Slice((int)offset, (int)Math.Min(maxBytes, bytes.Length - offset));
    }

    private sealed class SlicedBody(OriginBody whole, long start, long length) : OriginBody
    {
        public override long Length => length;

        public override ReadOnlyMemory<byte> Read(long offset, int maxBytes) => whole.Read(start + offset, (int)Math.Min(maxBytes, length - offset));
    }
}
