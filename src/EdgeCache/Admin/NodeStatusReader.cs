using EdgeCache.Core.Blobs;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Store;
using EdgeCache.Hosting;
using EdgeCache.Telemetry;

namespace EdgeCache.Admin;

/// <summary>Reads this node's own status. Safe for concurrent use.</summary>
internal sealed class NodeStatusReader(CacheStore store, FillTable fills, EdgeMetrics metrics, DrainState drain)
{
    public NodeStatus Read()
    {
        var pools = Array.ConvertAll(Enum.GetValues<BlobPool>(), store.Eviction.Usage);
        return new NodeStatus(
            ProductVersion.Text, drain.IsDraining, metrics.ClientTotals, pools.Sum(pool => pool.UsedBytes), pools.Sum(pool => pool.LimitBytes),
            pools.Sum(pool => pool.Objects), fills.Active);
    }
}
