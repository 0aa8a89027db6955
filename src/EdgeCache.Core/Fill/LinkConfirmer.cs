using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;

namespace EdgeCache.Core.Fill;

/// <summary>
/// Asks upstream whether a repository holds a digest whose bytes are here through another one, and links it where it does. A blob is asked by a GET that
/// is stopped at its headers (never HEAD, PROTOCOL 18), a manifest by HEAD. Concurrent questions are one. Safe for concurrent use.
/// </summary>
public sealed class LinkConfirmer : IAsyncDisposable
{
    private readonly SingleFlight<(RepositoryKey Repository, Digest Digest, bool IsManifest), Confirmation> _flights;
    private readonly IOrigin _origin;
    private readonly CacheStore _store;

    public LinkConfirmer(IOrigin origin, CacheStore store, FillOptions options)
    {
        _origin = origin;
        _store = store;
        _flights = new SingleFlight<(RepositoryKey, Digest, bool), Confirmation>(options.MaxWaiters);
    }

    public async ValueTask<Confirmation> ConfirmBlobAsync(RepositoryKey repository, Digest digest, CancellationToken cancellationToken)
    {
        var flown = await _flights.RunAsync((repository, digest, false), token => AskBlobAsync(repository, digest, token), cancellationToken)
            .ConfigureAwait(false);
        return flown?.Result ?? Confirmation.Overloaded;
    }

    public async ValueTask<Confirmation> ConfirmManifestAsync(RepositoryKey repository, Digest digest, CancellationToken cancellationToken)
    {
        var flown = await _flights.RunAsync((repository, digest, true), token => AskManifestAsync(repository, digest, token), cancellationToken)
            .ConfigureAwait(false);
        return flown?.Result ?? Confirmation.Overloaded;
    }

    public ValueTask DisposeAsync() => _flights.DisposeAsync();

    private async Task<Confirmation> AskBlobAsync(RepositoryKey repository, Digest digest, CancellationToken cancellationToken)
    {
        await using var answer = await _origin.GetBlobAsync(repository, digest, default, cancellationToken).ConfigureAwait(false);
        await PoolThread.EnterAsync().ConfigureAwait(false);
        return await LearnAsync(repository, digest, answer, ManifestTypes.None, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Confirmation> AskManifestAsync(RepositoryKey repository, Digest digest, CancellationToken cancellationToken)
    {
        await using var answer = await _origin
            .HeadManifestAsync(repository, Reference.ByDigest(digest), ManifestTypes.All, cancellationToken).ConfigureAwait(false);
        await PoolThread.EnterAsync().ConfigureAwait(false);
        return await LearnAsync(repository, digest, answer, MediaTypes.Parse(answer.MediaType), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Confirmation> LearnAsync(
        RepositoryKey repository, Digest digest, OriginAnswer answer, ManifestTypes type, CancellationToken cancellationToken)
    {
        if (answer.Outcome != OriginOutcome.Found)
        {
            var failure = FillFailure.From(answer);
            if (StoreLoading.MayHelp(_store, failure))
            {
                await StoreLoading.WaitAsync(_store, cancellationToken).ConfigureAwait(false);
                var found = _store.LookupBlob(repository, digest);
                return found.IsLinked ? new Confirmation(null, found.Type, found.SizeBytes) : new Confirmation(failure, ManifestTypes.None, -1);
            }

            return new Confirmation(failure, ManifestTypes.None, -1);
        }

        // Without a size: an answer's length that no bytes have proved would be held against later ones.
        _store.Link(repository, digest, type, -1);
        return new Confirmation(null, type, answer.ContentLength ?? -1, answer.Trail);
    }
}
