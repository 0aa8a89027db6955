namespace EdgeCache.Load.Workload;

/// <summary>How often each of a number of objects is asked for, by its rank: Zipf's law in three pieces, as registries have it. Immutable; thread-safe.</summary>
internal sealed class Popularity
{
    /// <summary>Up to which rank, and with what exponent: IBM's registry traces. The last piece goes on to the end.</summary>
    private static readonly (int LastRank, double Exponent)[] Pieces = [(30, 0.84), (300, 1.16), (int.MaxValue, 0.81)];

    private readonly double[] _cumulated;

    /// <param name="objects">At least 1.</param>
    public Popularity(int objects)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(objects, 1);
        _cumulated = new double[objects];
        var (weight, sum, piece) = (1.0, 0.0, 0);
        for (var rank = 1; rank <= objects; rank++)
        {
            if (rank > 1)
            {
                piece += rank - 1 > Pieces[piece].LastRank ? 1 : 0;
                weight *= Math.Pow((rank - 1) / (double)rank, Pieces[piece].Exponent);
            }

            _cumulated[rank - 1] = sum += weight;
        }
    }

    /// <summary>The object that a request is for, numbered from 0, the most wanted first.</summary>
    public int Draw(Random random)
    {
        var place = Array.BinarySearch(_cumulated, random.NextDouble() * _cumulated[^1]);
        return Math.Min(place < 0 ? ~place : place, _cumulated.Length - 1);
    }

    /// <summary>Of all requests, how many are for the first objects.</summary>
    public double ShareOf(int objects) => _cumulated[objects - 1] / _cumulated[^1];
}
