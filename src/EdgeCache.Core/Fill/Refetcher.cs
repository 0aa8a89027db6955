using System.Threading.Channels;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Fill;

/// <summary>
/// Fetches damaged blobs again that were set aside, before a client asks: through a repository that is known to hold them, one at a time. What fails, or what there
/// is no room for in the queue, is fetched when somebody asks for it. Owned by the node's services.
/// </summary>
public sealed class Refetcher : IAsyncDisposable
{
    /// <summary>A disk that breaks damages many at once: they are asked for, or are not worth it.</summary>
    private const int MaxWaiting = 256;

    private readonly Channel<Digest> _waiting = Channel.CreateBounded<Digest>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CacheStore _store;
    private readonly FillTable _fills;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _fetching;
    private long _fetched;

    public Refetcher(CacheStore store, FillTable fills, ILogger<Refetcher> logger)
    {
        _store = store;
        _fills = fills;
        _logger = logger;
        store.BlobSetAside += Add;
        _fetching = Task.Run(RunAsync);
    }

    /// <summary>What was fetched again, since the start.</summary>
    public long Fetched => Interlocked.Read(ref _fetched);

    public async ValueTask DisposeAsync()
    {
        _store.BlobSetAside -= Add;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _fetching.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Add(Digest digest) => _waiting.Writer.TryWrite(digest);

    private async Task RunAsync()
    {
        try
        {
            await _store.Loaded.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (await _waiting.Reader.WaitToReadAsync(_stopping.Token).ConfigureAwait(false))
            {
                try
                {
                    await FetchWaitingAsync().ConfigureAwait(false);
                }
#pragma warning disable CA1031 // A fault with one must not end it for the others.
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    FillLog.RefetchFailed(_logger, error);
                }
#pragma warning restore CA1031
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <summary>All that wait now: the journal is read once for them.</summary>
    private async ValueTask FetchWaitingAsync()
    {
        var digests = new HashSet<Digest>();
        while (_waiting.Reader.TryRead(out var digest))
        {
            digests.Add(digest);
        }

        await PoolThread.EnterAsync().ConfigureAwait(false);
        foreach (var (digest, repository) in await _store.FindRepositoriesAsync(digests, _stopping.Token).ConfigureAwait(false))
        {
            if (_store.Disk.Fault == DiskFault.None)
            {
                await FetchAsync(repository, digest).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask FetchAsync(RepositoryKey repository, Digest digest)
    {
        if (_fills.JoinOrStart(repository, digest, linked: true, -1, FetchScope.Anywhere, out var reader) != JoinOutcome.Joined || reader is null)
        {
            return;
        }

        using (reader)
        {
            // It follows, so that it holds up nothing where the bytes only pass through.
            var progress = await reader.WaitForHeadAsync(_stopping.Token).ConfigureAwait(false);
            while (progress.State == FillState.Growing)
            {
                progress = await reader.WaitAsync(progress.VisibleBytes, _stopping.Token).ConfigureAwait(false);
            }

            Interlocked.Add(ref _fetched, progress.State == FillState.Verified ? 1 : 0);
        }
    }
}
