using EdgeCache.Core.Blobs;
using EdgeCache.Core.Store;

namespace EdgeCache.Hosting;

/// <summary>Whether the cache's disk takes what is to be stored. The node serves without, so that it never makes the node unready.</summary>
internal sealed class DiskReadiness(CacheStore store) : IReadinessCheck
{
    public string Name => "disk";

    public ReadinessResult Check() => new(true, store.Disk switch
    {
        { Fault: DiskFault.None } => "stores",
        { Fault: DiskFault.Full } status => $"full, passes through: {status.Reason}",
        var status => $"fails, passes through: {status.Reason}",
    });
}
