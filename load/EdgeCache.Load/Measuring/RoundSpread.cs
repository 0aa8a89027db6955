namespace EdgeCache.Load.Measuring;

/// <summary>How a number lies over the rounds in which it was measured.</summary>
internal readonly record struct RoundSpread(double Median, double Min, double Max)
{
    /// <summary>Null where there are none.</summary>
    public static RoundSpread? Of(IReadOnlyCollection<double> numbers) =>
        numbers.Count == 0 ? null : new RoundSpread(Measuring.Median.Of(numbers), numbers.Min(), numbers.Max());

    /// <summary>The ratios of those rounds in which both were measured, and are above 0: what disturbs one round disturbs both.</summary>
    public static RoundSpread? OfRatios(IReadOnlyDictionary<int, double> ours, IReadOnlyDictionary<int, double> theirs) =>
        Of([.. ours.Where(round => round.Value > 0 && theirs.TryGetValue(round.Key, out var their) && their > 0).Select(round => round.Value / theirs[round.Key])]);
}
