using FASTER.core;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>
/// Writes one generation of the journal with FasterLog. Once anything fails it takes nothing more (a retried write or fsync proves nothing); its owner
/// begins another generation. Appends are thread-safe; commits are one at a time. Owned by <see cref="Journal"/>.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    private static readonly TimeSpan CommitTimeout = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger;
    private readonly IndexDevice _device;
    private readonly FasterLog _log;
    private readonly SemaphoreSlim _committing = new(1);
    private long _durableUntil;
    private volatile bool _failed;

    private JournalWriter(int generation, string folder, DiskQueue queue, ILogger logger)
    {
        Generation = generation;
        _logger = logger;
        _device = new IndexDevice(JournalLayout.SegmentsOf(folder), queue, toleratesFailure: false, logger);
        _log = new FasterLog(new FasterLogSettings
        {
            LogDevice = _device,
            LogCommitManager = NoCommitMetadata.Instance,
            LogChecksum = LogChecksumType.PerEntry,
            PageSize = JournalLayout.PageBytes,
            MemorySize = JournalLayout.MemoryBytes,
            SegmentSize = JournalLayout.SegmentBytes,
            TryRecoverLatest = false,
        });
        _durableUntil = _log.TailAddress;
    }

    public int Generation { get; }

    public bool IsFailed => _failed;

    public long SizeBytes => _log.TailAddress;

    public bool HasUncommitted => _log.TailAddress > Volatile.Read(ref _durableUntil);

    /// <summary>Begins a generation in a new folder; null where it cannot be made.</summary>
    public static JournalWriter? TryCreate(string path, int generation, DiskQueue queue, ILogger logger)
    {
        try
        {
            var folder = JournalLayout.FolderOf(path, generation);
            Directory.CreateDirectory(folder);
            return new JournalWriter(generation, folder, queue, logger);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            IndexLog.JournalFailed(logger, exception.Message);
            return null;
        }
    }

    /// <summary>Takes an entry into memory; while its pages wait for the disk, spins for at most <paramref name="patience"/>.</summary>
    public bool TryAppend(ReadOnlySpan<byte> entry, TimeSpan patience)
    {
        var spin = default(SpinWait);
        var deadline = 0L;
        try
        {
            while (!_failed)
            {
                if (_log.TryEnqueue(entry, out _))
                {
                    return true;
                }

                var now = Environment.TickCount64;
                deadline = deadline == 0 ? now + (long)patience.TotalMilliseconds : deadline;
                if (now >= deadline)
                {
                    return false;
                }

                spin.SpinOnce();
            }
        }
        catch (Exception exception) when (exception is FasterException or CommitFailureException or ObjectDisposedException)
        {
            Fail(exception);
        }

        return false;
    }

    /// <summary>Makes what was appended before the call durable: written by FasterLog, then synced by us, with the result of fsync seen.</summary>
    public async ValueTask<bool> CommitAsync(CancellationToken cancellationToken)
    {
        var wanted = _log.TailAddress;
        await _committing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_failed || wanted <= Volatile.Read(ref _durableUntil))
            {
                return !_failed;
            }

            var tail = _log.TailAddress;
            await _log.CommitAsync(cancellationToken).AsTask().WaitAsync(CommitTimeout, cancellationToken).ConfigureAwait(false);
            if (!await Task.Run(_device.TrySync, cancellationToken).ConfigureAwait(false))
            {
                Fail(new IOException("fsync failed"));
                return false;
            }

            Volatile.Write(ref _durableUntil, tail);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Fail(exception);
            return false;
        }
        finally
        {
            _committing.Release();
        }
    }

    /// <summary>Commits, then closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        await CommitAsync(CancellationToken.None).ConfigureAwait(false);
        await _committing.WaitAsync().ConfigureAwait(false);
        try
        {
            // Whoever still waits to commit finds it failed, or everything durable.
            _failed |= HasUncommitted;
            _log.Dispose();
            _device.Dispose();
        }
        finally
        {
            _committing.Release();
        }
    }

    private void Fail(Exception exception)
    {
        if (!_failed)
        {
            _failed = true;
            IndexLog.JournalFailed(_logger, exception.Message);
        }
    }
}
