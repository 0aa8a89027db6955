using System.Globalization;

namespace EdgeCache.Lab.SlowReaders;

/// <summary>What came of some runs.</summary>
/// <param name="Served">Pulls of fast clients, all of them whole and right.</param>
/// <param name="Refused">Pulls of fast clients that got nothing, and were told so at once: none where the disk takes what is fetched.</param>
/// <param name="SlowWhole">Slow clients that got everything in the end.</param>
/// <param name="SlowCut">Slow clients that the node let go.</param>
/// <param name="SlowRefused">Slow clients that got nothing from the beginning.</param>
/// <param name="PeakBytes">The most memory that the group had, pages of files included.</param>
/// <param name="OwnPeakBytes">The most of it that could not be had again from a disk, sampled.</param>
/// <param name="Slowest">The longest of the fast pulls.</param>
internal readonly record struct SlowReaderTotals(
    int Served, int Refused, int SlowWhole, int SlowCut, int SlowRefused, long PeakBytes, long OwnPeakBytes, TimeSpan Slowest)
{
    public static SlowReaderTotals operator +(in SlowReaderTotals a, in SlowReaderTotals b) => new(
        a.Served + b.Served, a.Refused + b.Refused, a.SlowWhole + b.SlowWhole, a.SlowCut + b.SlowCut, a.SlowRefused + b.SlowRefused, Math.Max(a.PeakBytes, b.PeakBytes),
        Math.Max(a.OwnPeakBytes, b.OwnPeakBytes), a.Slowest > b.Slowest ? a.Slowest : b.Slowest);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Served:N0} pulls served, the slowest in {Slowest.TotalSeconds:0.0} s, {Refused:N0} refused; of the slow clients {SlowWhole:N0} got the whole, {SlowCut:N0} were let go, {SlowRefused:N0} refused; "
        + $"0 wrong, 0 out of memory; peak {PeakBytes >> 20} MiB with page cache, {OwnPeakBytes >> 20} MiB without");
}
