using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EdgeCache.Load.Workload;

/// <summary>
/// How large the blobs of a registry are: by the quantiles of a sample of its distinct blobs, and above 64 MiB by a Pareto tail. Immutable. Which blob has
/// which size is decided by its name alone.
/// </summary>
internal sealed class BlobSizes
{
    /// <summary>Where the tail begins, and its exponent: IBM's registry traces (Anwar and others, FAST 2018), and what is below one zone's of them.</summary>
    private const double TailBytes = 64 << 20;
    private const double TailExponent = 1.7;
    private const double TailShare = 0.0325;

    /// <summary>What no registry takes anyhow; the tail itself has no end.</summary>
    private const double MaxBytes = 8L << 30;

    /// <summary>At equal steps from the least to where the tail begins; between them sizes go by their logarithm.</summary>
    private static readonly double[] Body =
    [
        32, 130, 160, 220, 300, 360, 490, 680, 970, 1_200, 1_600, 2_100, 4_000, 6_500, 7_000, 9_900, 13_000, 15_000, 33_000, 55_000, 90_000, 300_000,
        900_000, 1_500_000, 2_600_000, 5_200_000, 8_000_000, 10_000_000, 17_000_000, 22_500_000, 24_500_000, 31_000_000, 50_000_000, TailBytes,
    ];

    private readonly IReadOnlyList<double> _quantiles;
    private readonly double _tailShare;

    private BlobSizes(IReadOnlyList<double> quantiles, double tailShare) => (_quantiles, _tailShare) = (quantiles, tailShare);

    /// <summary>Those of a large public registry: half of the blobs below 15 KB, a mean of some 13 MB.</summary>
    public static BlobSizes Registry { get; } = new(Body, TailShare);

    /// <summary>Those of a sample, and nothing larger.</summary>
    /// <param name="sample">In bytes, at least one, each above 0; in any order.</param>
    public static BlobSizes Of(IEnumerable<long> sample) => new([.. sample.Order().Select(size => (double)size)], 0);

    /// <summary>A blob's size, by its name.</summary>
    public long Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return At((BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) / (double)(1UL << 53));
    }

    /// <summary>The size that this share of the blobs stays below.</summary>
    /// <param name="share">From 0 to below 1.</param>
    public long At(double share)
    {
        if (share >= 1 - _tailShare)
        {
            return (long)Math.Min(MaxBytes, TailBytes * Math.Pow((1 - share) / _tailShare, -1 / TailExponent));
        }

        var place = share / (1 - _tailShare) * (_quantiles.Count - 1);
        var (lower, part) = ((int)place, place - (int)place);
        var (from, to) = (_quantiles[lower], _quantiles[Math.Min(lower + 1, _quantiles.Count - 1)]);
        return (long)Math.Round(from * Math.Pow(to / from, part));
    }
}
