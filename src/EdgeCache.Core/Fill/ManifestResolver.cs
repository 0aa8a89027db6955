using EdgeCache.Core.Caching;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Fill;

/// <summary>
/// Answers requests for manifests: from the store where it may, else by one upstream exchange however many ask. A request goes
/// 1. look-up; 2. fresh: answer; 3. a digest: <see cref="DigestResolver"/>; 4. a tag: what another node was told;
/// 5. a stale tag: revalidate by HEAD; 6. an unknown tag: fetch (or HEAD for a HEAD); 7. upstream failed: the stale answer where the rule allows it. Safe for concurrent use.
/// </summary>
public sealed class ManifestResolver : IAsyncDisposable
{
    private const int MaxRounds = 4;

    private static readonly FillFailure BudgetIsLow = new(FailureSource.Origin, OriginOutcome.RateLimited, "The upstream's budget is low.");

    private readonly SingleFlight<TagKey, ManifestAnswer> _tagFlights;
    private readonly CacheStore _store;
    private readonly ManifestFetcher _fetcher;
    private readonly DigestResolver _digests;
    private readonly HintedTags _hints;
    private readonly ILogger _logger;

    /// <param name="shared">What other nodes know of tags; null: there are none, or they tell nothing.</param>
    public ManifestResolver(
        IOrigin origin, CacheStore store, LinkConfirmer confirmer, FillOptions options, ILogger<ManifestResolver> logger, ISharedTags? shared = null)
    {
        _store = store;
        _logger = logger;
        _fetcher = new ManifestFetcher(origin, store, options, logger);
        _tagFlights = new SingleFlight<TagKey, ManifestAnswer>(options.MaxWaiters);
        _digests = new DigestResolver(store, _fetcher, confirmer, options);
        _hints = new HintedTags(shared, store, _digests);
    }

    /// <summary>Finds out what a reference means and makes sure that its bytes can be served.</summary>
    /// <param name="accept">The types the client takes; matters for tags only.</param>
    /// <param name="rule">How long the tag is fresh.</param>
    /// <param name="headOnly">No bytes are wanted: a HEAD never spends a GET of the upstream's quota unless it must.</param>
    /// <exception cref="OperationCanceledException">The client's token; work in progress goes on for the others.</exception>
    public ValueTask<ManifestAnswer> ResolveAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, FreshnessRule rule, bool headOnly, CancellationToken cancellationToken)
    {
        // A hit ends here: what may ask upstream allocates the closures of its flights before it has looked.
        var found = reference.IsDigest
            ? _store.LookupManifest(repository, reference.Digest)
            : _store.LookupTag(repository, reference, accept, rule);
        return found.State == LookupState.Fresh ? ValueTask.FromResult(ManifestAnswer.Stored(repository, found, CacheResult.Hit))
            : reference.IsDigest ? _digests.ResolveAsync(repository, reference.Digest, headOnly, FetchPriority.Interactive, cancellationToken)
            : ResolveTagAsync(repository, reference, accept, rule, headOnly, cancellationToken);
    }

    /// <summary>What the store knows of a reference now. Allocates nothing and waits for nothing: what is not fresh needs <see cref="ResolveAsync"/>.</summary>
    public Lookup Find(RepositoryKey repository, in Reference reference, ManifestTypes accept, FreshnessRule rule) =>
        reference.IsDigest ? _store.LookupManifest(repository, reference.Digest) : _store.LookupTag(repository, reference, accept, rule);

    public async ValueTask DisposeAsync()
    {
        await _tagFlights.DisposeAsync().ConfigureAwait(false);
        await _digests.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<ManifestAnswer> ResolveTagAsync(
        RepositoryKey repository, Reference tag, ManifestTypes accept, FreshnessRule rule, bool headOnly, CancellationToken cancellationToken)
    {
        var usesOwnClass = false;
        for (var round = 0; round < MaxRounds; round++)
        {
            var found = _store.LookupTag(repository, tag, accept, rule);
            if (found.State == LookupState.Fresh)
            {
                return ManifestAnswer.Stored(repository, found, CacheResult.Hit);
            }

            // Requests of different clients meet under the class that upstream is asked with, not the one each came with.
            var key = new TagKey(repository, tag, usesOwnClass ? accept : found.TagClass, rule, headOnly);
            if (found.State == LookupState.Miss && !found.Digest.IsNone)
            {
                var known = await ResolveKnownTagAsync(key, found, cancellationToken).ConfigureAwait(false);
                if (known is not { Result: CacheResult.Error, Failure.Outcome: OriginOutcome.NotFound })
                {
                    return known;
                }

                // Upstream has it no more, so that the tag must mean something else by now.
            }

            var flown = await _tagFlights.RunAsync(key, token => AskTagAsync(key, found, token), cancellationToken).ConfigureAwait(false);
            if (flown is not var (answer, joined))
            {
                break;
            }

            if (answer.Result == CacheResult.Error)
            {
                return await BridgeAsync(key, found, accept, answer, cancellationToken).ConfigureAwait(false);
            }

            // The full list gave a type this client cannot take: the next round asks with the client's own class.
            if ((answer.Type & accept) != 0 || key.Accept == accept)
            {
                return joined ? answer.AsJoined() : answer;
            }

            usesOwnClass = true;
        }

        return ManifestAnswer.Overloaded(repository);
    }

    /// <summary>Upstream failed: what is held serves where it may, that also which an index that still loads comes to know.</summary>
    private async ValueTask<ManifestAnswer> BridgeAsync(
        TagKey key, Lookup found, ManifestTypes accept, ManifestAnswer answer, CancellationToken cancellationToken)
    {
        if (StoreLoading.MayHelp(_store, answer.Failure))
        {
            await StoreLoading.WaitAsync(_store, cancellationToken).ConfigureAwait(false);
            found = _store.LookupTag(key.Repository, key.Tag, accept, key.Rule);
        }

        return found.State == LookupState.Fresh ? ManifestAnswer.Stored(key.Repository, found, CacheResult.Hit)
            : MayServeStale(found, key.Rule, answer.Failure) ? ServeStale(key, found, answer) : answer;
    }

    /// <summary>The tag is fresh, but its bytes are not here (evicted, or only a HEAD was asked so far).</summary>
    private async ValueTask<ManifestAnswer> ResolveKnownTagAsync(TagKey key, Lookup found, CancellationToken cancellationToken)
    {
        if (key.HeadOnly && found.SizeBytes >= 0)
        {
            return ManifestAnswer.Stored(key.Repository, found, CacheResult.Hit);
        }

        var answer = await _digests.ResolveAsync(key.Repository, found.Digest, headOnly: false, FetchPriority.Interactive, cancellationToken)
            .ConfigureAwait(false);
        return answer with { Freshness = found.Freshness, Trail = answer.Trail with { Age = found.Freshness.Age } };
    }

    /// <summary>Finds out what a tag means now, from upstream where no other node knows; runs once for all who wait.</summary>
    private async Task<ManifestAnswer> AskTagAsync(TagKey key, Lookup found, CancellationToken cancellationToken)
    {
        if (_store.LookupTag(key.Repository, key.Tag, key.Accept, key.Rule) is { State: LookupState.Fresh } now)
        {
            // Another flight has landed since the caller looked.
            return ManifestAnswer.Stored(key.Repository, now, CacheResult.Hit);
        }

        // A tag that is fresh here has a digest that upstream has just refused: older words of others are no better.
        if ((found.State == LookupState.Stale || found.Digest.IsNone)
            && await _hints.TryAnswerAsync(key.Repository, key.Tag, key.Accept, key.Rule, key.HeadOnly, cancellationToken).ConfigureAwait(false) is { } hinted)
        {
            return hinted;
        }

        if (found.State == LookupState.Stale)
        {
            return await RevalidateAsync(key, found, cancellationToken).ConfigureAwait(false);
        }

        if (key.HeadOnly)
        {
            var head = await _fetcher.HeadAsync(key.Repository, key.Tag, key.Accept, cancellationToken).ConfigureAwait(false);
            if (head.Result == CacheResult.Error || !head.Digest.IsNone)
            {
                return RememberHead(key, head);
            }
        }

        return await GetAndRememberAsync(key, default, FetchPriority.Interactive, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>HEAD; where that names no digest, a conditional GET; where it names a new one, GET by digest.</summary>
    private async Task<ManifestAnswer> RevalidateAsync(TagKey key, Lookup found, CancellationToken cancellationToken)
    {
        var head = await _fetcher.HeadAsync(key.Repository, key.Tag, key.Accept, cancellationToken).ConfigureAwait(false);
        if (head.Result == CacheResult.Error)
        {
            Forget(key, head.Failure);
            return head;
        }

        // What is held will do where the budget is low: the rest of it is for those who would get nothing.
        var priority = MayServeStale(found, key.Rule, BudgetIsLow) ? FetchPriority.Background : FetchPriority.Interactive;
        if (head.Digest.IsNone)
        {
            var answer = await GetAndRememberAsync(key, found.Digest, priority, cancellationToken).ConfigureAwait(false);
            return answer.Result == CacheResult.Revalidated ? Revalidated(key, found, answer) : answer;
        }

        if (head.Digest == found.Digest)
        {
            return Revalidated(key, found, head);
        }

        if (key.HeadOnly)
        {
            return RememberHead(key, head);
        }

        var moved = await _digests.ResolveAsync(key.Repository, head.Digest, headOnly: false, priority, cancellationToken).ConfigureAwait(false);
        return Remember(key, moved with { Trail = head.Trail });
    }

    private async Task<ManifestAnswer> GetAndRememberAsync(TagKey key, Digest unless, FetchPriority priority, CancellationToken cancellationToken)
    {
        var answer = await _fetcher.GetAsync(key.Repository, key.Tag, key.Accept, unless, priority, cancellationToken).ConfigureAwait(false);
        Forget(key, answer.Failure);
        return answer.Result == CacheResult.Revalidated ? answer : Remember(key, answer);
    }

    /// <param name="word">Upstream's, that the tag still means what was found.</param>
    private ManifestAnswer Revalidated(TagKey key, in Lookup found, ManifestAnswer word)
    {
        Tell(key, _store.SetTag(key.Repository, key.Tag, key.Accept, found.Digest, found.Type, found.SizeBytes, word.Trail.Age));
        return ManifestAnswer.Stored(key.Repository, found with { Freshness = default }, CacheResult.Revalidated) with
        {
            ForwardStatus = word.ForwardStatus,
            Trail = word.Trail,
        };
    }

    private ManifestAnswer Remember(TagKey key, ManifestAnswer answer)
    {
        if (answer.Result != CacheResult.Error)
        {
            Tell(key, _store.SetTag(key.Repository, key.Tag, key.Accept, answer.Digest, answer.Type, answer.SizeBytes, answer.Trail.Age));
        }

        return answer;
    }

    private ManifestAnswer RememberHead(TagKey key, ManifestAnswer head)
    {
        if (head.Result == CacheResult.Error)
        {
            Forget(key, head.Failure);
            return head;
        }

        if (!head.IsFromSibling)
        {
            // A sibling's headers alone give no right to bytes that are here for another repository.
            _store.Link(key.Repository, head.Digest, head.Type, head.SizeBytes);
        }

        return Remember(key, head);
    }

    /// <summary>Upstream says with authority that the tag is gone: so is what we knew of it, unless it is to outlive what upstream holds.</summary>
    private void Forget(TagKey key, in FillFailure failure)
    {
        if (failure.Outage == OutageKind.NotFound && key.Rule.Outage.NotFound == OutageAction.Pass)
        {
            _store.RemoveTag(key.Repository, key.Tag);
            _hints.Drop(key.Repository, key.Tag);
        }
    }

    private void Tell(TagKey key, in TagEntry entry) => _hints.Tell(key.Repository, key.Tag, key.Accept, entry, key.Rule);

    /// <summary>RFC 5861, section 4, for the outages that the rule lets bridge, and for failures of this node's own.</summary>
    private static bool MayServeStale(in Lookup found, FreshnessRule rule, in FillFailure failure) =>
        found.State == LookupState.Stale
        && found.Freshness.State == FreshnessState.Stale
        && (failure.Outage is not { } outage || rule.Outage.For(outage) == OutageAction.Stale);

    private ManifestAnswer ServeStale(TagKey key, in Lookup found, ManifestAnswer answer)
    {
        if (answer.Failure.Outage != OutageKind.Offline)
        {
            FillLog.TagServedStale(_logger, key.Repository, key.Tag, answer.Failure.Outcome, answer.Failure.Reason);
        }

        return ManifestAnswer.Stored(key.Repository, found, CacheResult.Stale) with { ForwardStatus = answer.ForwardStatus, Failure = answer.Failure };
    }

    /// <summary>What is collapsed into one exchange: the tag with its rule, the class of Accept, and whether bytes are wanted.</summary>
    private readonly record struct TagKey(RepositoryKey Repository, Reference Tag, ManifestTypes Accept, FreshnessRule Rule, bool HeadOnly);
}
