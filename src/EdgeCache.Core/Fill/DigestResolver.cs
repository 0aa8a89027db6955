using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;

namespace EdgeCache.Core.Fill;

/// <summary>
/// Answers for manifests that are asked by digest: from the store, after upstream has confirmed the repository's right to stored bytes, or by one upstream
/// exchange however many ask. Owned by <see cref="ManifestResolver"/>; safe for concurrent use.
/// </summary>
internal sealed class DigestResolver : IAsyncDisposable
{
    private const int MaxRounds = 4;

    private readonly SingleFlight<(RepositoryKey Asking, Digest Digest, bool HeadOnly, FetchPriority Priority), ManifestAnswer?> _flights;
    private readonly CacheStore _store;
    private readonly ManifestFetcher _fetcher;
    private readonly LinkConfirmer _confirmer;

    public DigestResolver(CacheStore store, ManifestFetcher fetcher, LinkConfirmer confirmer, FillOptions options)
    {
        _store = store;
        _fetcher = fetcher;
        _confirmer = confirmer;
        _flights = new SingleFlight<(RepositoryKey, Digest, bool, FetchPriority), ManifestAnswer?>(options.MaxWaiters);
    }

    /// <summary>Makes sure that a digest can be served in a repository's name.</summary>
    /// <param name="headOnly">No bytes are wanted.</param>
    /// <exception cref="OperationCanceledException">The client's token; work in progress goes on for the others.</exception>
    public async ValueTask<ManifestAnswer> ResolveAsync(
        RepositoryKey repository, Digest digest, bool headOnly, FetchPriority priority, CancellationToken cancellationToken)
    {
        // Bytes are fetched once for all repositories; a HEAD leaves no bytes that another could use.
        var asking = headOnly ? repository : default;
        var result = CacheResult.Hit;
        for (var round = 0; round < MaxRounds; round++)
        {
            var found = _store.LookupManifest(repository, digest);
            if (found.State == LookupState.Fresh)
            {
                return ManifestAnswer.Stored(repository, found, result);
            }

            if (found.State == LookupState.Unlinked && result != CacheResult.Linked)
            {
                var confirmed = await _confirmer.ConfirmManifestAsync(repository, digest, cancellationToken).ConfigureAwait(false);
                if (confirmed.Failure is { } failure)
                {
                    return ManifestAnswer.Failed(repository, failure);
                }

                result = CacheResult.Linked;
                continue;
            }

            // A miss, or an upstream whose HEAD does not tell the type: its GET does.
            var flown = await _flights
                .RunAsync((asking, digest, headOnly, priority), token => FetchAsync(repository, digest, found.State, headOnly, priority, token), cancellationToken)
                .ConfigureAwait(false);
            if (flown is not var (landed, joined))
            {
                break;
            }

            if (landed is not { } answer)
            {
                // The bytes came meanwhile. Where they go again this request fetches them for itself, so that the rounds suffice.
                asking = repository;
                continue;
            }

            // Another repository's exchange says nothing about this one's rights: look again, and confirm or fetch in its own name.
            if (!joined || answer.Repository == repository)
            {
                return joined ? answer.AsJoined() : answer;
            }

            asking = repository;
        }

        return ManifestAnswer.Overloaded(repository);
    }

    public ValueTask DisposeAsync() => _flights.DisposeAsync();

    /// <param name="seen">What the caller found when it looked.</param>
    /// <returns>Null where another flight has landed since, in the name of another repository: the bytes are here, and only the right to them is to be confirmed.</returns>
    private async Task<ManifestAnswer?> FetchAsync(
        RepositoryKey repository, Digest digest, LookupState seen, bool headOnly, FetchPriority priority, CancellationToken cancellationToken)
    {
        var found = _store.LookupManifest(repository, digest);
        if (found.State == LookupState.Fresh)
        {
            return ManifestAnswer.Stored(repository, found, CacheResult.Hit);
        }

        if (found.State == LookupState.Unlinked && seen != LookupState.Unlinked)
        {
            return null;
        }

        var reference = Reference.ByDigest(digest);
        if (!headOnly)
        {
            return await _fetcher.GetAsync(repository, reference, ManifestTypes.All, default, priority, cancellationToken).ConfigureAwait(false);
        }

        var head = await _fetcher.HeadAsync(repository, reference, ManifestTypes.All, cancellationToken).ConfigureAwait(false);
        if (head.Result != CacheResult.Error && head.Digest.IsNone)
        {
            return await _fetcher.GetAsync(repository, reference, ManifestTypes.All, default, priority, cancellationToken).ConfigureAwait(false);
        }

        if (head is { Result: not CacheResult.Error, IsFromSibling: false })
        {
            _store.Link(repository, digest, head.Type, head.SizeBytes);
        }

        return head;
    }
}
