namespace EdgeCache.Load.Measuring;

/// <summary>How a few hundred durations lie, exactly. All zero where there are none.</summary>
internal readonly record struct Spread(TimeSpan Min, TimeSpan P50, TimeSpan P99, TimeSpan Max)
{
    public static Spread Of(IEnumerable<TimeSpan> durations)
    {
        var sorted = durations.Order().ToArray();
        return sorted.Length == 0 ? default : new Spread(sorted[0], At(sorted, 0.5), At(sorted, 0.99), sorted[^1]);
    }

    /// <summary>The least value that this share of them does not exceed (nearest rank).</summary>
    private static TimeSpan At(TimeSpan[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
