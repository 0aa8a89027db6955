using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Simulation.Caches;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Load.Simulation;

/// <summary>The hit rate that the node's eviction alone gives for the requests of a run: without network, disk and time, each digest fetched when it is missing.</summary>
internal static class LoggedReplay
{
    /// <param name="limitBytes">Of each node's cache.</param>
    /// <param name="nodes">Among which the digests have their homes.</param>
    /// <returns>Null where nothing was asked for.</returns>
    public static HitRate? Run(RequestLog log, long limitBytes, int nodes, CancellationToken cancellationToken)
    {
        var total = default(ReplayTally);
        foreach (var pool in (BlobPool[])[BlobPool.Manifests, BlobPool.Blobs])
        {
            var (builder, warmUp) = (new RequestTraceBuilder(), 0);
            for (var index = 0; index < log.Entries.Count; index++)
            {
                var request = log.Entries[index];
                if (request.IsManifest == (pool == BlobPool.Manifests))
                {
                    builder.Add(request.Digest.ToString(), _ => request.SizeBytes);
                    warmUp += index < log.WarmUps ? 1 : 0;
                }
            }

            total += Run(builder.Build(), LimitOf(limitBytes, pool), nodes, warmUp, cancellationToken);
        }

        return total.Requests > 0 && total.Bytes > 0 ? new HitRate(total.ByCount, total.ByBytes) : null;
    }

    private static ReplayTally Run(RequestTrace trace, long limitBytes, int nodes, int warmUp, CancellationToken cancellationToken)
    {
        List<ISimulatedCache> caches = [.. Enumerable.Range(0, nodes).Select(_ => Policy.EdgeCache.Create(trace, limitBytes))];
        try
        {
            return Replay.Run(trace, caches, Balance.Affinity, seed: 0, warmUp, cancellationToken);
        }
        finally
        {
            caches.ForEach(cache => cache.Dispose());
        }
    }

    /// <summary>What a node gives each of its pools.</summary>
    private static long LimitOf(long limitBytes, BlobPool pool)
    {
        var evictor = new Evictor(new EvictionOptions { LimitBytes = limitBytes }, new NoVictims(), TimeProvider.System, NullLogger.Instance);
        try
        {
            return evictor.Usage(pool).LimitBytes;
        }
        finally
        {
            evictor.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private sealed class NoVictims : IVictimRemover
    {
        public ValueTask<VictimOutcome> RemoveAsync(Core.Oci.Digest digest, BlobPool pool, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nothing was added.");
    }
}
