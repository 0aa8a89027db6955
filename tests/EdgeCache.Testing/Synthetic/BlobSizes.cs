namespace EdgeCache.Testing.Synthetic;

/// <summary>
/// Sizes of blobs as registries have them: up to 64 MiB by the quantiles of a sample of the IBM Cloud registry trace (zone dal09, 2017, 554 blobs), above
/// it a Pareto tail. Pure.
/// </summary>
public static class BlobSizes
{
    /// <summary>The share of blobs above <see cref="TailBytes"/>, the tail's exponent and its end: 5.86 % of GETs above 64 MiB, 0.56 % above 256 MiB, 0.05 % above 1 GiB.</summary>
    private const double TailShare = 0.0586;
    private const double TailExponent = 1.7;
    private const long TailBytes = 64L << 20;
    private const long MaxBytes = 4L << 30;

    /// <summary>Every fortieth of the sample's blobs up to 64 MiB.</summary>
    private static readonly double[] Quantiles =
    [
        32, 110, 140, 170, 210, 300, 340, 420, 510, 690, 960, 1_000, 1_500, 1_900,
        2_200, 5_200, 6_600, 6_800, 8_400, 10_000, 13_000, 15_000, 26_000, 37_000, 73_000, 93_000, 290_000, 740_000,
        1_100_000, 1_900_000, 3_400_000, 5_300_000, 8_600_000, 11_000_000, 20_000_000, 23_000_000, 25_000_000, 31_000_000, 40_000_000, 54_000_000, 67_108_864,
    ];

    /// <summary>The size that this share of all blobs does not exceed.</summary>
    /// <param name="share">From 0 up to and without 1.</param>
    public static long At(double share)
    {
        if (share >= 1 - TailShare)
        {
            // The tail's own share, from 1 at its beginning towards 0.
            return (long)Math.Min(MaxBytes, TailBytes * Math.Pow((1 - share) / TailShare, -1 / TailExponent));
        }

        var position = share / (1 - TailShare) * (Quantiles.Length - 1);
        var index = (int)position;
        var (low, high) = (Quantiles[index], Quantiles[index + 1]);
        return (long)(low * Math.Pow(high / low, position - index));
    }
}
