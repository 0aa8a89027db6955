using System.Security.Cryptography;
using FASTER.core;

namespace EdgeCache.Core.Index;

/// <summary>
/// How FASTER hashes and compares keys. Hashes are mixed with a number of this process, so that nobody can grind digests into one bucket;
/// nothing that depends on it outlives the process.
/// </summary>
internal sealed class IndexKeyComparer : IFasterEqualityComparer<IndexKey>
{
    private readonly ulong _seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public long GetHashCode64(ref IndexKey key)
    {
        // One step of a multiply-fold hash: the key is uniform already, the seed only has to reach every bit.
        var product = Math.BigMul(key.Fold ^ _seed, 0x9E3779B97F4A7C15UL, out var low);
        return (long)(product ^ low);
    }

    public bool Equals(ref IndexKey left, ref IndexKey right) => left.Equals(right);
}
