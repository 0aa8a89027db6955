namespace EdgeCache.Core.Blobs;

/// <summary>
/// How fast something may read a disk that others need more: a rate in bytes, and a share of the time, so that a slow disk is spared as well. Not thread-safe;
/// owned by one reader.
/// </summary>
/// <param name="bytesPerSecond">The highest rate; 0 for none.</param>
/// <param name="timeShare">Of the time, how much reading may take; above 0, at most 1.</param>
public sealed class ReadPace(TimeProvider clock, long bytesPerSecond, double timeShare)
{
    /// <summary>What is due is waited for in steps no shorter than this: a timer for every small file would cost more than its reading.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private TimeSpan _due;

    /// <summary>The highest rate; can change.</summary>
    public long BytesPerSecond { get; set; } = bytesPerSecond;

    /// <summary>Waits as long as a read has to be paid for.</summary>
    /// <param name="took">How long the read took.</param>
    public async ValueTask PayAsync(long bytes, TimeSpan took, CancellationToken cancellationToken)
    {
        var byRate = BytesPerSecond > 0 ? TimeSpan.FromSeconds((double)bytes / BytesPerSecond) - took : TimeSpan.Zero;
        var byShare = took * ((1 / timeShare) - 1);
        _due += byRate > byShare ? byRate : byShare;
        if (_due >= Step)
        {
            var due = _due;
            _due = TimeSpan.Zero;
            await Task.Delay(due, clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
