namespace EdgeCache.Load.Simulation;

/// <summary>Finds how much disk gives a wanted hit rate, by replaying the trace through the node's own eviction again and again.</summary>
/// <param name="valueOf">Which of the rates is wanted.</param>
internal sealed class DiskSizing(RequestTrace trace, int warmUp, Func<ReplayTally, double> valueOf)
{
    /// <summary>The answer is at most so much larger than the least that would do.</summary>
    private const double Precision = 1.01;

    private const long MinBytes = 1 << 20;

    /// <summary>What a cache reaches that never has to evict.</summary>
    public ReplayTally Best(CancellationToken cancellationToken) => Run(MaxBytes, cancellationToken);

    /// <summary>A capacity in bytes and the rate that it gives; null where no disk is large enough.</summary>
    public (long Bytes, ReplayTally Rate)? Find(double wanted, CancellationToken cancellationToken)
    {
        var best = Best(cancellationToken);
        if (valueOf(best) < wanted)
        {
            return null;
        }

        var (least, most) = ((double)MinBytes, (Bytes: MaxBytes, Rate: best));
        while (most.Bytes > least * Precision)
        {
            var middle = (long)Math.Sqrt(least * most.Bytes);
            var rate = Run(middle, cancellationToken);
            if (valueOf(rate) >= wanted)
            {
                most = (middle, rate);
            }
            else
            {
                least = middle;
            }
        }

        return most;
    }

    /// <summary>Above both watermarks of eviction.</summary>
    private long MaxBytes => Math.Max(MinBytes, (long)(trace.TotalBytes * 1.2));

    private ReplayTally Run(long capacityBytes, CancellationToken cancellationToken)
    {
        using var cache = Policy.EdgeCache.Create(trace, capacityBytes);
        return Replay.Run(trace, cache, warmUp, cancellationToken);
    }
}
