using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>Whose turn it is, of the nodes of a fleet that do not ask each other, to fetch a digest. Safe for concurrent use.</summary>
public interface IFillLeases
{
    /// <summary>Waits for this node's turn, for a bounded time. Never throws: who is cancelled, or cannot be told, gets null.</summary>
    /// <returns>The turn, which disposing it ends; null where the fetch begins without one.</returns>
    ValueTask<IAsyncDisposable?> TakeTurnAsync(Digest digest, CancellationToken cancellationToken);
}
