using System.Diagnostics;
using System.Diagnostics.Metrics;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Store;

namespace EdgeCache.Telemetry;

/// <summary>
/// What the cache holds and does, read from its own counts at each scrape: nothing is measured on the way of a request. Created once a node; its meter's
/// owner is the factory.
/// </summary>
internal sealed class CacheMeasures
{
    private readonly CacheStore _store;
    private readonly FillTable _fills;

    public CacheMeasures(IMeterFactory meters, CacheStore store, FillTable fills)
    {
        _store = store;
        _fills = fills;
        var meter = meters.Create(EdgeMetrics.MeterName);
        meter.CreateObservableUpDownCounter("edgecache.cache.bytes", () => Of(usage => usage.UsedBytes), "By", "Bytes the cache holds.");
        meter.CreateObservableUpDownCounter("edgecache.cache.objects", () => Of(usage => usage.Objects), "{object}", "Objects the cache holds.");
        meter.CreateObservableUpDownCounter("edgecache.cache.reserved", () => Of(usage => usage.ReservedBytes), "By", "Bytes that fills in progress have reserved.");
        meter.CreateObservableUpDownCounter("edgecache.cache.doomed", () => Of(usage => usage.DoomedBytes), "By", "Bytes of evicted files that are still read.");
        meter.CreateObservableGauge("edgecache.cache.limit", () => Of(usage => usage.LimitBytes), "By", "Bytes the cache may hold.");
        meter.CreateObservableUpDownCounter("edgecache.memory.bytes", () => _store.HotBytes, "By", "Memory that copies of small hot objects take.");
        meter.CreateObservableUpDownCounter("edgecache.memory.objects", () => _store.HotObjects, "{object}", "Small hot objects that are copied into memory.");
        meter.CreateObservableUpDownCounter("edgecache.open_files", () => _store.KeptFiles, "{file}", "Files that stay open between readers.");
        meter.CreateObservableCounter("edgecache.evictions", () => Of(usage => usage.EvictedObjects), "{object}", "Objects that were evicted.");
        meter.CreateObservableCounter("edgecache.evicted.bytes", () => Of(usage => usage.EvictedBytes), "By", "Bytes that were evicted.");
        meter.CreateObservableUpDownCounter("edgecache.fills.active", () => _fills.Active, "{fill}", "Fills in progress.");
        meter.CreateObservableUpDownCounter("edgecache.fills.readers", () => _fills.Readers, "{client}", "Clients that follow fills in progress.");
        meter.CreateObservableUpDownCounter("edgecache.fills.held_up", () => _fills.HeldUp, "{fill}", "Fills that wait for their slowest client, since their bytes pass through memory.");
        meter.CreateObservableUpDownCounter("edgecache.fills.orphaned", () => _fills.OrphanCount, "{fill}", "Fills in progress that no client reads.");
        meter.CreateObservableCounter("edgecache.fills.dropped", () => _fills.OrphansDropped, "{fill}", "Fills that were dropped because no client read them.");
        meter.CreateObservableUpDownCounter("edgecache.cache.unfinished", () => _store.UnfinishedBlobs, "{object}", "Blobs of which a beginning is kept for the next fill.");
        meter.CreateObservableUpDownCounter("edgecache.fills.passed_through", () => _store.PassedThrough, "{fill}", "Fills whose bytes pass through memory, since the disk takes none.");
        meter.CreateObservableGauge("edgecache.disk.storing", () => _store.Disk.Fault == DiskFault.None ? 1 : 0, null, "1 where the disk takes what is to be stored, 0 where it is full or fails.");
        meter.CreateObservableGauge("edgecache.disk.free", () => _store.Disk.Space.FreeBytes, "By", "Bytes that are free on the cache's disk.");
        meter.CreateObservableGauge("edgecache.disk.free_files", () => _store.Disk.Space.FreeFiles, "{file}", "Files (inodes) that are free on the cache's disk; 0 where it does not limit them.");
        meter.CreateObservableCounter("edgecache.scrubbed", () => _store.Scrubber.CheckedObjects, "{object}", "Objects that were compared with their digests on the disk.");
        meter.CreateObservableCounter("edgecache.scrubbed.bytes", () => _store.Scrubber.CheckedBytes, "By", "Their bytes.");
        meter.CreateObservableCounter("edgecache.damaged", () => _store.DamagedObjects, "{object}", "Stored objects that were found damaged, and set aside.");
        meter.CreateObservableCounter("edgecache.fills", EndedFills, "{fill}", "Fills that ended.");
    }

    private IEnumerable<Measurement<long>> Of(Func<PoolUsage, long> value)
    {
        foreach (var pool in Enum.GetValues<BlobPool>())
        {
            yield return new Measurement<long>(value(_store.Eviction.Usage(pool)), new TagList { { "pool", MetricTags.Of(pool) } });
        }
    }

    private IEnumerable<Measurement<long>> EndedFills() =>
    [
        new(_fills.Verified, new TagList { { "outcome", "verified" } }),
        new(_fills.Failed, new TagList { { "outcome", "failed" } }),
    ];
}
