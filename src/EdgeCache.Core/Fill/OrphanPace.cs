namespace EdgeCache.Core.Fill;

/// <summary>The rate that all fills without readers share. Owned by the table of fills; safe for concurrent use.</summary>
/// <param name="bytesPerSecond">0 for none.</param>
internal sealed class OrphanPace(long bytesPerSecond, TimeProvider time)
{
    /// <summary>So often a fill that waits looks whether somebody reads it again.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new(); // Protects the next free moment.
    private readonly long _startedAt = time.GetTimestamp();
    private TimeSpan _freeAt;

    /// <summary>Waits until bytes that have come are paid for, as long as nobody reads the fill.</summary>
    public async ValueTask PayAsync(BlobFill fill, int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond == 0 || !fill.IsOrphan)
        {
            return;
        }

        var paidAt = Reserve(bytes);
        while (fill.IsOrphan && paidAt - time.GetElapsedTime(_startedAt) is { } left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < Step ? left : Step, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private TimeSpan Reserve(int bytes)
    {
        lock (_gate)
        {
            var now = time.GetElapsedTime(_startedAt);
            _freeAt = (_freeAt > now ? _freeAt : now) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            return _freeAt;
        }
    }
}
