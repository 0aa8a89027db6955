using System.Runtime.ExceptionServices;
using EdgeCache.Core.Blobs;

namespace EdgeCache.Core.Store;

/// <summary>The walk over all files at the start, which makes them known. Stateless.</summary>
internal static class StoreScan
{
    /// <summary>Adds every file on disk. Returns how many there are.</summary>
    /// <exception cref="OperationCanceledException">The store is closing.</exception>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    public static int Run(BlobScan walk, StoredBlobs stored, int threads, CancellationToken cancellationToken)
    {
        var count = 0;
        try
        {
            Parallel.ForEach(
                walk.Folders(),
                new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
                folder => Interlocked.Add(ref count, AddAll(walk.In(folder), stored, cancellationToken)));
            return count;
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
            throw;
        }
    }

    private static int AddAll(IEnumerable<StoredBlob> found, StoredBlobs stored, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var blob in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            stored.AddFound(blob);
            count++;
        }

        return count;
    }
}
