using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>
/// Whether something stays flat: the median of a run's last quarter is not above that of its second quarter by more than a share and an amount. The
/// first quarter does not count: code is compiled and the cache fills. Pure.
/// </summary>
internal sealed record FlatRule(string Name, double Share, double Amount, string Unit)
{
    /// <summary>Fewer samples say nothing.</summary>
    private const int MinSamples = 12;

    public RunVerdict Judge(IReadOnlyList<double> samples)
    {
        if (samples.Count < MinSamples)
        {
            return new RunVerdict(Name, null, $"{samples.Count} samples are too few");
        }

        var quarter = samples.Count / 4;
        var (early, late) = (Median.Of(samples.Skip(quarter).Take(quarter)), Median.Of(samples.TakeLast(quarter)));
        var allowed = (early * (1 + Share)) + Amount;
        return new RunVerdict(
            Name,
            late <= allowed,
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"median of the second quarter {early:0.#} {Unit}, of the last {late:0.#}; allowed is {allowed:0.#} (+{Share:0%} and {Amount:0.#} {Unit})"));
    }
}
