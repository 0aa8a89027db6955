namespace EdgeCache.Load.Workload;

/// <summary>
/// How often the first, the second … most popular of a number of images is pulled: by Zipf's law, with one exponent, or in pieces as blobs of the IBM Cloud
/// registry trace are. Immutable.
/// </summary>
internal sealed class RankPopularity
{
    /// <summary>
    /// Fitted to the trace: 0.84 over ranks 1 to 100, 1.16 over 10 to 1,000, 0.81 over 100 to 10,000; the pieces meet in the (geometric) middle of where they overlap.
    /// </summary>
    private static readonly (int FirstRank, double Exponent)[] Pieces = [(317, 0.81), (32, 1.16), (1, 0.84)];

    private readonly double[] _cumulative;

    /// <param name="ranks">At least 1.</param>
    /// <param name="exponent">0 makes all alike; null takes the trace's.</param>
    public RankPopularity(int ranks, double? exponent = null)
    {
        _cumulative = new double[ranks];
        var (weight, sum) = (1.0, 0.0);
        for (var rank = 1; rank <= ranks; rank++)
        {
            if (rank > 1)
            {
                var slope = exponent ?? Array.Find(Pieces, piece => rank >= piece.FirstRank).Exponent;
                weight *= Math.Pow((double)rank / (rank - 1), -slope);
            }

            _cumulative[rank - 1] = sum += weight;
        }

        for (var index = 0; index < ranks; index++)
        {
            _cumulative[index] /= sum;
        }
    }

    /// <summary>The share of all pulls.</summary>
    /// <param name="index">The rank, from 0.</param>
    public double ShareOf(int index) => _cumulative[index] - (index == 0 ? 0 : _cumulative[index - 1]);

    /// <summary>The rank, from 0, that a uniform number stands for.</summary>
    /// <param name="uniform">From 0 up to and without 1.</param>
    public int At(double uniform)
    {
        var found = Array.BinarySearch(_cumulative, uniform);
        return Math.Min(_cumulative.Length - 1, found < 0 ? ~found : found + 1);
    }
}
