using System.Runtime.CompilerServices;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Concurrency;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Store;

/// <summary>
/// Reads everything that is stored once in a period and compares it with its digest. What is damaged is set aside. It reads past the page cache, at no more than
/// a twentieth of the time, and goes on after a restart where it was. Owned by the store; safe for concurrent use.
/// </summary>
public sealed class Scrubber : IAsyncDisposable
{
    /// <summary>Of the disk's time (PROMISES, bit rot).</summary>
    private const double TimeShare = 0.05;

    /// <summary>Of the period, what a round is planned to take: the rest is for what it cannot foresee.</summary>
    private const double PlannedShare = 0.9;

    /// <summary>What is slower than this would make a small cache's round needlessly long.</summary>
    private const long MinBytesPerSecond = 64 << 10;

    /// <summary>A round's parts, by the first byte of the digests.</summary>
    private const int Prefixes = 256;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(500);

    private readonly BlobStore _blobs;
    private readonly StoredBlobs _stored;
    private readonly ScrubCursorFile _place;
    private readonly ScrubOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _scrubbing = Task.CompletedTask;
    private ScrubCursor? _round;
    private long _checkedObjects;
    private long _checkedBytes;
    private int _runsByHand;

    internal Scrubber(BlobStore blobs, StoredBlobs stored, BlobPaths paths, ScrubOptions options, TimeProvider clock, ILogger logger)
    {
        _blobs = blobs;
        _stored = stored;
        _place = new ScrubCursorFile(paths);
        _options = options;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>Objects that were checked since the start.</summary>
    public long CheckedObjects => Interlocked.Read(ref _checkedObjects);

    /// <summary>Their bytes.</summary>
    public long CheckedBytes => Interlocked.Read(ref _checkedBytes);

    /// <summary>Begins to check in the background, once the store is loaded.</summary>
    internal void Start(Task loaded)
    {
        if (_options.Period > TimeSpan.Zero)
        {
            _scrubbing = Task.Run(() => KeepAsync(loaded));
        }
    }

    /// <summary>Checks everything now, as fast as is allowed, and tells how far it is now and then and at the end. One at a time.</summary>
    /// <param name="bytesPerSecond">The highest rate; 0 for none.</param>
    /// <exception cref="InvalidOperationException">Another check by hand is running.</exception>
    public async IAsyncEnumerable<ScrubProgress> RunAsync(long bytesPerSecond, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _runsByHand, 1, 0) != 0)
        {
            throw new InvalidOperationException("Another check is running.");
        }

        try
        {
            await PoolThread.EnterAsync().ConfigureAwait(false);
            var pace = new ReadPace(_clock, bytesPerSecond, 1);
            var (objects, bytes) = _stored.Totals;
            var progress = new ScrubProgress(0, 0, objects, bytes, 0, 0, false);
            var reported = _clock.GetTimestamp();
            foreach (var blob in _blobs.Scan())
            {
                progress = Count(progress, blob, await CheckAsync(blob, pace, cancellationToken).ConfigureAwait(false));
                if (_clock.GetElapsedTime(reported) >= ReportInterval)
                {
                    reported = _clock.GetTimestamp();
                    yield return progress;
                }
            }

            yield return progress with { IsEnded = true };
        }
        finally
        {
            Volatile.Write(ref _runsByHand, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _scrubbing.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static ScrubProgress Count(ScrubProgress progress, in StoredBlob blob, CheckOutcome outcome) => outcome == CheckOutcome.Absent ? progress : progress with
    {
        Objects = progress.Objects + 1,
        Bytes = progress.Bytes + blob.SizeBytes,
        Damaged = progress.Damaged + (outcome == CheckOutcome.Damaged ? 1 : 0),
        Unknown = progress.Unknown + (outcome == CheckOutcome.Unknown ? 1 : 0),
    };

    private async Task KeepAsync(Task loaded)
    {
        try
        {
            await loaded.WaitAsync(_stopping.Token).ConfigureAwait(false);
            while (true)
            {
                try
                {
                    await RunRoundAsync().ConfigureAwait(false);
                }
#pragma warning disable CA1031 // A fault of one round must not end the checks for good.
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    StoreLog.ScrubFailed(_logger, error);
                    await Task.Delay(RetryDelay, _clock, _stopping.Token).ConfigureAwait(false);
                }
#pragma warning restore CA1031
            }
        }
        catch (OperationCanceledException)
        {
            // The store closes.
        }
    }

    /// <summary>
    /// Goes on with the round that was begun, or begins the next. The digests that begin with the same byte have the same place in every round's time, so that
    /// no object waits longer than a period from one check to the next.
    /// </summary>
    private async Task RunRoundAsync()
    {
        var round = _round = ContinueOrBegin();
        var pace = new ReadPace(_clock, MinBytesPerSecond, TimeShare);
        var walk = _blobs.Walk();
        while (round.NextPrefix < Prefixes)
        {
            await WaitUntilAsync(round.StartedAt + (_options.Period * PlannedShare * round.NextPrefix / Prefixes)).ConfigureAwait(false);
            SetRate(pace, round);
            var progress = new ScrubProgress(round.Objects, round.Bytes, 0, 0, round.Damaged, 0, false);
            foreach (var blob in walk.WithPrefix((byte)round.NextPrefix))
            {
                progress = Count(progress, blob, await CheckAsync(blob, pace, _stopping.Token).ConfigureAwait(false));
            }

            round = _round = round with { NextPrefix = round.NextPrefix + 1, Objects = progress.Objects, Bytes = progress.Bytes, Damaged = progress.Damaged };
            _place.TryWrite(round);
            _blobs.TrimQuarantine(isRoomNeeded: false);
        }

        StoreLog.ScrubEnded(_logger, round.Objects, round.Bytes, round.StartedAt, round.Damaged);
        var took = _clock.GetUtcNow() - round.StartedAt;
        if (took > _options.Period)
        {
            StoreLog.ScrubLate(_logger, took.TotalDays, _options.Period);
        }

        await WaitUntilAsync(round.StartedAt + _options.Period).ConfigureAwait(false);
    }

    /// <summary>A round that is over has been waited for, by this process or by none: then it is long ago, or will be over again.</summary>
    private ScrubCursor ContinueOrBegin()
    {
        var now = _clock.GetUtcNow();
        var known = _round ?? _place.TryRead();

        // A time in the future is a clock's mistake: begin anew.
        if (known is { NextPrefix: >= 0 } && known.StartedAt <= now && (known.NextPrefix < Prefixes || known.StartedAt + _options.Period > now))
        {
            return known;
        }

        var (objects, bytes) = _stored.Totals;
        StoreLog.ScrubStarted(_logger, objects, bytes);
        return new ScrubCursor(now, 0, 0, 0, 0);
    }

    /// <summary>By the wall clock, which the place on disk goes by, and in steps: a timer takes no more than some weeks, and the clock may be set meanwhile.</summary>
    private async ValueTask WaitUntilAsync(DateTimeOffset time)
    {
        for (var left = time - _clock.GetUtcNow(); left > TimeSpan.Zero; left = time - _clock.GetUtcNow())
        {
            // Rounded up: a delay is cut to whole milliseconds, and one of none would be asked for again and again.
            var step = TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
            await Task.Delay(step < LongestWait ? step : LongestWait, _clock, _stopping.Token).ConfigureAwait(false);
        }
    }

    /// <summary>As fast as the rest of the round needs.</summary>
    private void SetRate(ReadPace pace, ScrubCursor round)
    {
        var left = round.StartedAt + (_options.Period * PlannedShare) - _clock.GetUtcNow();
        var share = (double)(Prefixes - round.NextPrefix) / Prefixes;
        var needed = left > TimeSpan.Zero ? _stored.Totals.Bytes * share / left.TotalSeconds : _options.MaxBytesPerSecond;
        pace.BytesPerSecond = (long)Math.Clamp(needed, Math.Min(MinBytesPerSecond, _options.MaxBytesPerSecond), _options.MaxBytesPerSecond);
    }

    private async ValueTask<CheckOutcome> CheckAsync(StoredBlob blob, ReadPace pace, CancellationToken cancellationToken)
    {
        var outcome = await _blobs.CheckAsync(blob.Digest, blob.Pool, pace, cancellationToken).ConfigureAwait(false);
        if (outcome == CheckOutcome.Damaged)
        {
            _stored.SetAside(blob.Digest, blob.Pool);
        }

        if (outcome != CheckOutcome.Absent)
        {
            Interlocked.Increment(ref _checkedObjects);
            Interlocked.Add(ref _checkedBytes, blob.SizeBytes);
        }

        return outcome;
    }
}
