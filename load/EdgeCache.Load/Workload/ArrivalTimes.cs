namespace EdgeCache.Load.Workload;

/// <summary>The times of arrivals, one after the other; the same seed gives the same times. Not thread-safe.</summary>
/// <param name="perSecond">The mean rate; above 0.</param>
internal sealed class ArrivalTimes(ArrivalPattern pattern, double perSecond, int seed)
{
    /// <summary>Squared coefficient of variation of the time between two arrivals in the IBM Cloud registry trace.</summary>
    private const double SquaredVariation = 2.26 * 2.26;

    /// <summary>
    /// Two exponential phases with balanced means (Allen 1990, chapter 3): the share of the short one. It gives the trace's p99 of 12.2 means, and a median of
    /// 0.43 of them, where the trace has 0.30.
    /// </summary>
    private static readonly double ShortShare = (1 + Math.Sqrt((SquaredVariation - 1) / (SquaredVariation + 1))) / 2;

    private readonly Random _random = new(seed);
    private double _seconds;

    /// <summary>The next one, from the start on.</summary>
    public TimeSpan Next()
    {
        _seconds += DrawGap() / perSecond;
        return TimeSpan.FromSeconds(_seconds);
    }

    /// <summary>All before the end.</summary>
    public IEnumerable<TimeSpan> Until(TimeSpan end)
    {
        for (var next = Next(); next < end; next = Next())
        {
            yield return next;
        }
    }

    /// <summary>With a mean of 1.</summary>
    private double DrawGap() => pattern switch
    {
        ArrivalPattern.Even => 1,
        ArrivalPattern.Poisson => DrawExponential(),
        _ => _random.NextDouble() < ShortShare ? DrawExponential() / (2 * ShortShare) : DrawExponential() / (2 * (1 - ShortShare)),
    };

    private double DrawExponential() => -Math.Log(1 - _random.NextDouble());
}
