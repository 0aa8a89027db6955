using EdgeCache.Core.Store;

namespace EdgeCache.Hosting;

/// <summary>Whether the store's index is complete. The node serves before that (look-ups go to the file system), so that it never makes the node unready.</summary>
internal sealed class StoreReadiness(CacheStore store) : IReadinessCheck
{
    public string Name => "index";

    public ReadinessResult Check() => new(true, store.IsLoaded ? "complete" : "loading");
}
