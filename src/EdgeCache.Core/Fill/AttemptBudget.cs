namespace EdgeCache.Core.Fill;

/// <summary>
/// How often a fill asks for the rest of a broken body, and after what pause. An attempt that brought a good number of bytes is forgiven, so that a line that
/// breaks every few minutes still brings the longest blob. The time is bounded as well: where each of several caches on the way tries again, their attempts
/// multiply. Owned by one fill's run; not thread-safe.
/// </summary>
internal sealed class AttemptBudget
{
    /// <summary>The pause doubles up to this many times the first one.</summary>
    private const int MaxDelayFactor = 32;

    private readonly FillOptions _options;
    private readonly TimeProvider _time;
    private long _progressedAt;
    private int _attempts;
    private int _inVain;

    /// <param name="time">Which clock the time without progress is measured with; it begins now.</param>
    public AttemptBudget(FillOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _progressedAt = time.GetTimestamp();
    }

    /// <param name="gainedBytes">What the attempt that has just broken off brought.</param>
    /// <param name="delay">The pause before the next: none after a good number of bytes.</param>
    /// <returns>False where there is to be no other attempt.</returns>
    public bool TryTake(long gainedBytes, out TimeSpan delay)
    {
        delay = TimeSpan.Zero;
        if (gainedBytes >= _options.ProgressBytes)
        {
            _inVain = 0;
            _progressedAt = _time.GetTimestamp();
        }
        else
        {
            // Half of it by chance, so that the nodes of a fleet do not come back together.
            var full = _options.RetryDelay * Math.Min(1L << Math.Min(_inVain, 30), MaxDelayFactor);
            delay = full * (0.5 + (Random.Shared.NextDouble() / 2));
            _inVain++;
        }

        // Another endpoint has its turn in any case, however long the first was waited for.
        var isInTime = _inVain < 2 || _time.GetElapsedTime(_progressedAt) < _options.RetryPatience;
        return ++_attempts < _options.MaxAttempts && _inVain < _options.MaxAttemptsInVain && isInTime;
    }
}
