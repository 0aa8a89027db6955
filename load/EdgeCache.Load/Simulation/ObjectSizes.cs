using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Load.Simulation;

/// <summary>How large the objects of a trace are where it does not say: drawn from a distribution, by the object's name alone. Immutable.</summary>
/// <param name="at">The size in bytes that a share of the objects does not exceed; the share is from 0 to below 1.</param>
internal sealed class ObjectSizes(Func<double, long> at)
{
    /// <summary>As the blobs of a large public registry.</summary>
    public static ObjectSizes Registry { get; } = new(BlobSizes.At);

    /// <summary>Those of a sample.</summary>
    /// <param name="sample">In bytes, at least one, in any order.</param>
    public static ObjectSizes Of(IEnumerable<long> sample)
    {
        List<long> sorted = [.. sample.Order()];
        return new ObjectSizes(share => sorted[(int)(share * sorted.Count)]);
    }

    /// <summary>The size of the object of this name.</summary>
    public long Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return at((BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) / (double)(1UL << 53));
    }
}
