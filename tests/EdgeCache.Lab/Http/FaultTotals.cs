using System.Globalization;

namespace EdgeCache.Lab.Http;

/// <summary>What came of many runs. Safe for concurrent use.</summary>
internal sealed class FaultTotals
{
    private readonly long[] _pulls = new long[Enum.GetValues<PullOutcome>().Length];
    private long _runs;

    /// <summary>Faults that were tried.</summary>
    public long Runs => Interlocked.Read(ref _runs);

    /// <summary>Pulls that were judged.</summary>
    public long Pulls => Enum.GetValues<PullOutcome>().Sum(Of);

    public long Of(PullOutcome outcome) => Interlocked.Read(ref _pulls[(int)outcome]);

    public void CountRun() => Interlocked.Increment(ref _runs);

    public void Count(PullOutcome outcome) => Interlocked.Increment(ref _pulls[(int)outcome]);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Runs:N0} faults, {Pulls:N0} pulls: {Of(PullOutcome.Whole):N0} whole and right, {Of(PullOutcome.Refused):N0} refused as promised, {Of(PullOutcome.Torn):N0} torn, {Of(PullOutcome.Wrong):N0} wrong");
}
