using EdgeCache.Core.Store;

namespace EdgeCache.Admin;

/// <summary>One line of what <c>/scrub</c> answers: how far the check has come. The last one has ended.</summary>
/// <param name="Unknown">Objects of which nobody could tell.</param>
/// <param name="Error">Why it ended before its time; null where it did not.</param>
internal sealed record ScrubReport(
    long Objects, long Bytes, long TotalObjects, long TotalBytes, long Damaged, long Unknown, bool IsEnded, string? Error = null)
{
    public static ScrubReport Of(in ScrubProgress progress) => new(
        progress.Objects, progress.Bytes, progress.TotalObjects, progress.TotalBytes, progress.Damaged, progress.Unknown, progress.IsEnded);
}
