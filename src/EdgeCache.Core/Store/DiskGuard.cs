using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Store;

/// <summary>
/// Knows whether the disk takes what is to be stored. Once it has refused, nothing is stored until a probe is written; meanwhile bytes pass through memory. It also
/// measures the file system's room, by which eviction goes. Owned by the store; safe for concurrent use.
/// </summary>
internal sealed class DiskGuard : IAsyncDisposable
{
    /// <summary>How often the room is measured, and how long after a failure at most the disk is tried again (PROMISES: within a minute).</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>The first try after a failure.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private readonly BlobStore _blobs;
    private readonly Evictor _evictor;
    private readonly DiskOptions _options;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new(); // Serialises the changes of the status.
    private volatile DiskStatus _status = new(DiskFault.None, string.Empty, DiskSpace.Unknown);
    private TimeSpan _retry = FirstRetry;
    private bool _isMeasured = true;
    private volatile bool _isClosed;

    public DiskGuard(BlobStore blobs, Evictor evictor, DiskOptions options, TimeProvider clock, ILogger logger)
    {
        _blobs = blobs;
        _evictor = evictor;
        _options = options;
        _logger = logger;
        Measure();
        // A timer and no loop: with a clock that a test moves, what is due is done when the move returns.
        _timer = clock.CreateTimer(static guard => ((DiskGuard)guard!).Look(), this, Interval, Timeout.InfiniteTimeSpan); // It is this.
    }

    public DiskStatus Status => _status;

    public bool TakesBytes => _status.Fault == DiskFault.None;

    /// <summary>Tells of an error of the disk. A body that is merely too long for the room there is says nothing of others.</summary>
    /// <param name="wantedBytes">What was to be reserved at once; 0 for a write.</param>
    public void Report(Exception error, long wantedBytes = 0)
    {
        var fault = DiskErrors.Classify(error);
        if (fault == DiskFault.None || (fault == DiskFault.Full && HasRoomForOthers(wantedBytes)))
        {
            return;
        }

        lock (_gate)
        {
            if (_status.Fault == fault)
            {
                return;
            }

            _status = _status with { Fault = fault, Reason = error.Message };
            if (fault == DiskFault.Full)
            {
                StoreLog.DiskFull(_logger, error.Message);
            }
            else
            {
                StoreLog.DiskFailed(_logger, error.Message);
            }

            _retry = FirstRetry;
        }

        Arm(FirstRetry);
    }

    /// <summary>Ends the looking; one that is under way is awaited.</summary>
    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        return _timer.DisposeAsync();
    }

    private bool HasRoomForOthers(long wantedBytes)
    {
        Measure();
        var space = _status.Space;
        return wantedBytes > 0 && space.FreeBytes < wantedBytes && IsRoomy(space);
    }

    /// <summary>Half of what should be free will do: eviction is on its way to the rest.</summary>
    private bool IsRoomy(DiskSpace space) =>
        space.FreeBytes >= _options.MinFreeBytes / 2 && (space.TotalFiles == 0 || space.FreeFiles >= (long)(space.TotalFiles * _options.MinFreeFiles) / 2);

    private void Look()
    {
        if (!TakesBytes)
        {
            if (_status.Fault == DiskFault.Full)
            {
                _blobs.TrimQuarantine(isRoomNeeded: true);
            }

            _retry = _retry * 2 < Interval ? _retry * 2 : Interval;
        }

        Measure();
        if (!TakesBytes)
        {
            TryAgain();
        }

        Arm(TakesBytes ? Interval : _retry);
    }

    private void Arm(TimeSpan due)
    {
        if (!_isClosed)
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Writes a probe, and believes in the disk again where that succeeds.</summary>
    private void TryAgain()
    {
        try
        {
            if (_status.Fault == DiskFault.Full && !IsRoomy(_status.Space))
            {
                return;
            }

            _blobs.Probe();
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            return;
        }

        lock (_gate)
        {
            _status = _status with { Fault = DiskFault.None, Reason = string.Empty };
            StoreLog.DiskRecovered(_logger);
        }
    }

    private void Measure()
    {
        try
        {
            var space = _blobs.Measure();
            lock (_gate)
            {
                _status = _status with { Space = space };
            }

            var spareFiles = space.TotalFiles == 0 ? long.MaxValue : space.FreeFiles - (long)(space.TotalFiles * _options.MinFreeFiles);
            _evictor.SetRoom(space.FreeBytes - _options.MinFreeBytes, spareFiles);
            _isMeasured = true;
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            if (_isMeasured)
            {
                StoreLog.DiskNotMeasured(_logger, error.Message);
            }

            _isMeasured = false;
        }
    }
}
