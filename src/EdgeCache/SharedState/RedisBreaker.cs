namespace EdgeCache.SharedState;

/// <summary>
/// Whether Redis is called at all. It begins open and is closed by the first probe that gets an answer; a few failures in a row open it again. While it is
/// open there is one probe at a time, with a pause between two. Thread-safe.
/// </summary>
internal sealed class RedisBreaker(TimeProvider time)
{
    /// <summary>What a frozen Redis may cost: so many deadlines, and those of the calls that were under way.</summary>
    public const int FailuresInARow = 3;

    /// <summary>Between two probes: 1 s, give or take a quarter, so that a fleet's nodes do not probe in step.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Protects everything below.</summary>
    private readonly Lock _gate = new();
    private volatile bool _isOpen = true;
    private bool _isProbing;
    private int _failures;
    private TimeSpan _pause;
    private long _pausedAt;

    public bool IsOpen => _isOpen;

    /// <summary>Whether the caller is to probe now; it reports by <see cref="EndProbe"/>.</summary>
    public bool TryBeginProbe()
    {
        lock (_gate)
        {
            if (!_isOpen || _isProbing || time.GetElapsedTime(_pausedAt) < _pause)
            {
                return false;
            }

            return _isProbing = true;
        }
    }

    public void EndProbe(bool isAnswered)
    {
        lock (_gate)
        {
            _isProbing = false;
            if (isAnswered)
            {
                _failures = 0;
                _isOpen = false;
            }
            else
            {
                BeginPause();
            }
        }
    }

    public void Succeeded()
    {
        // Not while it is open: what was sent before it froze says nothing about now.
        if (!_isOpen && Volatile.Read(ref _failures) != 0)
        {
            Volatile.Write(ref _failures, 0);
        }
    }

    /// <returns>Whether this failure has opened it.</returns>
    public bool Failed()
    {
        lock (_gate)
        {
            if (_isOpen || ++_failures < FailuresInARow)
            {
                return false;
            }

            _isOpen = true;
            BeginPause();
            return true;
        }
    }

    private void BeginPause()
    {
        _pausedAt = time.GetTimestamp();
        _pause = Pause * (0.75 + (Random.Shared.NextDouble() / 2));
    }
}
