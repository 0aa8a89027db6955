using EdgeCache.Transport.Kernel;

namespace EdgeCache.Transport.Output;

/// <summary>How much of a file range can be sent without waiting for a disk, looked up a window at a time. Not thread-safe.</summary>
internal sealed class WarmPart
{
    /// <summary>One look-up takes some 0.3 µs, sending as much some 200.</summary>
    private const int WindowBytes = 1 << 20;

    /// <summary>Files are read and dropped from memory in runs: of so short a piece the end tells all.</summary>
    private const int RunBytes = 128 << 10;

    private long _warmUntil;
    private bool _isDropped;

    /// <summary>Another range begins.</summary>
    public void Begin() => (_warmUntil, _isDropped) = (0, false);

    /// <summary>How many of the range's next bytes are in memory; 0 where a disk must be waited for.</summary>
    public int Find(FileRange range, int maxBytes) =>
        range.Offset < _warmUntil || Look(range) ? (int)Math.Min(maxBytes, _warmUntil - range.Offset) : 0;

    /// <summary>
    /// Says that the caller may wait: the next window counts as warm. The kernel then reads ahead by itself, as far as the disk's read_ahead_kb; to ask it for 2 MiB
    /// at a time with posix_fadvise(2) took twice the CPU for each byte, as that fills small pages only.
    /// </summary>
    public void Allow(FileRange range)
    {
        if (_isDropped)
        {
            // A full socket may let sendfile(2) read nothing.
            PageCache.Wait(range.File, range.Offset);
            _isDropped = false;
        }

        _warmUntil = WindowEnd(range);
    }

    /// <summary>The range's next bytes have left memory since they were looked up.</summary>
    public void Drop() => (_warmUntil, _isDropped) = (0, true);

    private bool Look(FileRange range)
    {
        // The end first: a look-up of the next byte that is cold would begin the kernel's read-ahead anew, and small.
        var end = WindowEnd(range);
        if (_isDropped || !PageCache.Holds(range.File, end - 1) || (end - range.Offset > RunBytes && !PageCache.Holds(range.File, range.Offset)))
        {
            return false;
        }

        _warmUntil = end;
        return true;
    }

    private static long WindowEnd(FileRange range) => range.Offset + Math.Min(range.LeftBytes, WindowBytes);
}
