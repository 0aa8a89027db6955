using System.Numerics;

namespace EdgeCache.Load.Measuring;

/// <summary>
/// Durations counted in logarithmic buckets: 128 to each doubling, so that a percentile is at most 0.8 % above the truth, from 1 ns to
/// 18 minutes (what is longer counts as 18 minutes; the maximum is exact). 36 KiB, no allocation after construction. Not thread-safe: one a
/// connection, merged at the end.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 7;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int MaxBits = 40;
    private const long MaxNanoseconds = (1L << MaxBits) - 1;

    private readonly long[] _counts = new long[(MaxBits - SubBucketBits + 1) * SubBuckets];
    private double _sumNanoseconds;
    private long _maxNanoseconds;

    public long Count { get; private set; }

    /// <summary>Exact.</summary>
    public TimeSpan Max => FromNanoseconds(_maxNanoseconds);

    /// <summary>Exact; zero where nothing was recorded.</summary>
    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : FromNanoseconds((long)(_sumNanoseconds / Count));

    /// <summary>Counts one duration; a negative one as zero.</summary>
    public void Record(TimeSpan duration)
    {
        var nanoseconds = Math.Max(0, duration.Ticks * TimeSpan.NanosecondsPerTick);
        _counts[IndexOf(Math.Min(nanoseconds, MaxNanoseconds))]++;
        _sumNanoseconds += nanoseconds;
        _maxNanoseconds = Math.Max(_maxNanoseconds, nanoseconds);
        Count++;
    }

    /// <summary>Adds what another one counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var index = 0; index < _counts.Length; index++)
        {
            _counts[index] += other._counts[index];
        }

        _sumNanoseconds += other._sumNanoseconds;
        _maxNanoseconds = Math.Max(_maxNanoseconds, other._maxNanoseconds);
        Count += other.Count;
    }

    /// <summary>The least duration, rounded up to its bucket's end, that this share of the counts does not exceed; zero where there are none.</summary>
    /// <param name="share">From 0 (the least) to 1 (the greatest).</param>
    public TimeSpan Percentile(double share)
    {
        if (Count == 0)
        {
            return TimeSpan.Zero;
        }

        var rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        var seen = 0L;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= rank)
            {
                return FromNanoseconds(Math.Min(EndOf(index), _maxNanoseconds));
            }
        }

        return Max;
    }

    /// <summary>The first two rows are exact to the nanosecond; each further row covers one doubling.</summary>
    private static int IndexOf(long nanoseconds)
    {
        var row = Math.Max(0, BitOperations.Log2((ulong)nanoseconds | 1) - SubBucketBits + 1);
        return row == 0 ? (int)nanoseconds : (row * SubBuckets) + (int)((nanoseconds >> (row - 1)) - SubBuckets);
    }

    private static long EndOf(int index)
    {
        var (row, column) = (index / SubBuckets, index % SubBuckets);
        return row == 0 ? column : ((long)(column + SubBuckets + 1) << (row - 1)) - 1;
    }

    private static TimeSpan FromNanoseconds(long nanoseconds) => TimeSpan.FromTicks((nanoseconds + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick);
}
