using EdgeCache.Core.Blobs;

namespace EdgeCache.Core.Fill;

/// <summary>
/// One client's place at a fill: it follows the growing file by the published length. Leaving never ends the fill; a slow reader never stalls
/// it. Not thread-safe; owned by the request.
/// </summary>
public sealed class FillReader : IDisposable
{
    private readonly BlobFill _fill;
    private readonly FillSource? _source;
    private bool _linked;
    private readonly CancellationTokenSource _lost = new();
    private BlobLease? _lease;
    private BlobLease? _memoryLease;
    private bool _readsMemory;
    private bool _hasReadFile;
    private bool _disposed;

    internal FillReader(BlobFill fill, FillSource? source, bool linked, bool isLeader)
    {
        _fill = fill;
        _source = source;
        _linked = linked;
        IsLeader = isLeader;
        Lost = _lost.Token;
    }

    /// <summary>Whether the reader's right to the bytes is still open: its repository is neither linked nor a source of this fill. The caller
    /// has to confirm it upstream and then call <see cref="Allow"/>, before it waits.</summary>
    public bool NeedsConfirmation => !_linked && _source is null;

    /// <summary>How the fill is, as far as this reader may know.</summary>
    public FillState State => _fill.Observe(_source, _linked, out _).State;

    /// <summary>Whether this request started the fill, rather than joined one.</summary>
    public bool IsLeader { get; }

    /// <summary>Cancelled where it cannot have the rest: it is too slow for bytes that only pass through.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Whether it had still to read from the file when the digest was found right. Of <see cref="FillReaders"/>, under its lock.</summary>
    internal bool IsBehind { get; set; }

    /// <summary>Before it nothing is needed any more. Of <see cref="FillReaders"/>, under its lock.</summary>
    internal long Position { get; set; }

    /// <summary>The repository has been confirmed to hold the digest.</summary>
    public void Allow() => _linked = true;

    /// <summary>Waits until bytes after a position may be read, the fill is whole, or it has failed.</summary>
    /// <param name="position">An offset within the content.</param>
    /// <exception cref="OperationCanceledException">The reader's own token; the fill goes on.</exception>
    /// <exception cref="InvalidOperationException">The reader's right to the bytes is not confirmed.</exception>
    public async ValueTask<FillProgress> WaitAsync(long position, CancellationToken cancellationToken)
    {
        if (NeedsConfirmation)
        {
            throw new InvalidOperationException("The repository has not been confirmed to hold the digest.");
        }

        _fill.Move(this, position);
        while (true)
        {
            var progress = _fill.Observe(_source, _linked, out var changed);
            if (Lost.IsCancellationRequested && progress.State != FillState.Failed)
            {
                return progress with { State = FillState.Failed, Failure = FillFailure.TooSlow };
            }

            if (progress.State is FillState.Verified or FillState.Failed || (progress.State == FillState.Growing && progress.VisibleBytes > position))
            {
                // What was written before the disk refused is in the file, the rest in memory.
                _readsMemory = _fill.InMemoryFrom is { } from && position >= from;
                if (_readsMemory && _hasReadFile && progress.State == FillState.Verified)
                {
                    if (!await _fill.File.WasRightAsync(IsBehind, cancellationToken).ConfigureAwait(false))
                    {
                        return progress with { State = FillState.Failed, Failure = FillFailure.DiskLost };
                    }

                    // The rest is in memory.
                    _hasReadFile = false;
                }

                _hasReadFile |= !_readsMemory;
                return _fill.InMemoryFrom is { } until && position < until ? progress with { VisibleBytes = Math.Min(progress.VisibleBytes, until) } : progress;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until headers may be sent: the first byte is visible (or the whole is verified), or the fill has failed.</summary>
    public ValueTask<FillProgress> WaitForHeadAsync(CancellationToken cancellationToken) => WaitAsync(0, cancellationToken);

    /// <summary>The reader's hold on the file, of which only the visible bytes may be read, from the position on that WaitAsync was last asked for. Available once
    /// that has shown some.</summary>
    /// <exception cref="InvalidOperationException">No byte is visible yet.</exception>
    public BlobLease Lease => (_readsMemory ? _memoryLease ??= _fill.OpenLease(inMemory: true) : null)
        ?? (_lease ??= _fill.OpenLease()) ?? throw new InvalidOperationException("The fill has no bytes to read yet.");

    /// <summary>Too slow: see <see cref="Lost"/>.</summary>
    internal void Lose()
    {
        lock (_lost)
        {
            if (!_disposed)
            {
                _lost.Cancel();
            }
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        lock (_lost)
        {
            _disposed = true;
            _lost.Dispose();
        }

        _lease?.Dispose();
        _memoryLease?.Dispose();
        _fill.Leave(this);
    }
}
