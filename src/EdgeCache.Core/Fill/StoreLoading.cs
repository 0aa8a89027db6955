using EdgeCache.Core.Store;

namespace EdgeCache.Core.Fill;

/// <summary>What a node that has just started may not know yet: while its index loads, upstream is asked instead; where that fails, the index is worth waiting for.</summary>
internal static class StoreLoading
{
    /// <summary>The index of a million objects is complete by then (PROMISES, "restart with 1 M objects").</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Whether a failure may be one that the whole index makes good: nobody has spoken for the registry.</summary>
    public static bool MayHelp(CacheStore store, in FillFailure failure) =>
        !store.IsLoaded && failure is { Source: FailureSource.Origin } and not { Outcome: OriginOutcome.NotFound or OriginOutcome.Denied or OriginOutcome.Unauthorized };

    /// <exception cref="OperationCanceledException">The caller's token.</exception>
    public static async ValueTask WaitAsync(CacheStore store, CancellationToken cancellationToken)
    {
        await store.Loaded.WaitAsync(Longest, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
