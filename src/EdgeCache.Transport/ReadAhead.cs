namespace EdgeCache.Transport;

/// <summary>
/// How much of a file range can be sent without waiting for a disk, and how far a cold one is read ahead: as much again as is sent next, and twice what the
/// socket took last time, so that a fast client has a disk stream and 10,000 slow ones do not push each other's bytes out of memory. Not thread-safe.
/// </summary>
internal sealed class ReadAhead
{
    private const int MinStepBytes = 256 << 10;
    private const int MaxStepBytes = 2 << 20;

    /// <summary>Files are read and dropped from memory in runs: of so short a piece the end tells all.</summary>
    private const int RunBytes = 128 << 10;

    private int _stepBytes = MaxStepBytes / 2;
    private long _warmUntil;
    private long _fullAt;
    private bool _wasCold;

    /// <summary>Another range begins; what is known of the client stays.</summary>
    public void Begin(long offset)
    {
        _warmUntil = 0;
        _fullAt = offset;
        _wasCold = false;
    }

    /// <summary>How much of the range's next bytes is in memory; 0 where <see cref="Load"/> must be called first.</summary>
    public int WarmBytes(FileRange range, int maxBytes) =>
        range.Offset < _warmUntil || Look(range) ? (int)Math.Min(maxBytes, _warmUntil - range.Offset) : 0;

    /// <summary>Reads the next bytes from the disk. Waits for it: not for threads of the pool.</summary>
    public void Load(FileRange range)
    {
        PageCache.Load(range.File, range.Offset, Math.Min(range.LeftBytes, 2L * _stepBytes));
        _warmUntil = range.Offset + Math.Min(range.LeftBytes, _stepBytes);
        _wasCold = true;
    }

    /// <summary>The range's next bytes were dropped from memory since they were looked at.</summary>
    public void Forget() => _warmUntil = 0;

    /// <summary>The socket takes no more now.</summary>
    public void SocketFull(FileRange range)
    {
        _stepBytes = (int)Math.Clamp(2 * (range.Offset - _fullAt), MinStepBytes, MaxStepBytes);
        _fullAt = range.Offset;
    }

    private bool Look(FileRange range)
    {
        // What was cold is so behind, too: the disk is to be asked for that while this is sent.
        var length = Math.Min(range.LeftBytes, _wasCold ? 2L * _stepBytes : _stepBytes);
        if (!PageCache.Holds(range.File, range.Offset + length - 1) || (length > RunBytes && !PageCache.Holds(range.File, range.Offset)))
        {
            return false;
        }

        _warmUntil = range.Offset + length;
        _wasCold = false;
        return true;
    }
}
