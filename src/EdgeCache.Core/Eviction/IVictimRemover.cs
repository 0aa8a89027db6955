using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Eviction;

/// <summary>The port through which the evictor has victims removed: unlink the file, take out the index entry. Implemented by the store.</summary>
public interface IVictimRemover
{
    /// <summary>
    /// Removes one object. Called by the evictor's loop only, one at a time. It need not tell the evictor's pools; where it does
    /// (<see cref="Evictor.Remove"/>), that does no harm. What it throws counts as <see cref="VictimOutcome.Failed"/>.
    /// </summary>
    ValueTask<VictimOutcome> RemoveAsync(Digest digest, BlobPool pool, CancellationToken cancellationToken);
}
