using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using EdgeCache.Core.Caching;
using EdgeCache.Routing;

namespace EdgeCache.Telemetry;

/// <summary>
/// Counts requests and the body bytes they sent, to be read at each scrape: OpenTelemetry's own counters looked their labels up twice for each request, for 3 %
/// of a hit's time. Its keys are of closed sets, which bound it. Thread-safe; a count takes no lock.
/// </summary>
internal sealed class RequestTally
{
    private readonly ConcurrentDictionary<Key, Counts> _counts = new();

    public void Add(OciRouteKind? kind, string upstream, CacheResult result, int status, long sentBytes)
    {
        var counts = _counts.GetOrAdd(new Key(kind, upstream, result, status), static _ => new Counts());
        Interlocked.Increment(ref counts.Requests);
        if (sentBytes > 0)
        {
            Interlocked.Add(ref counts.SentBytes, sentBytes);
        }
    }

    /// <summary>All requests, and those that were hits.</summary>
    public (long Requests, long Hits) Totals => _counts.Aggregate((Requests: 0L, Hits: 0L), (sum, entry) =>
    {
        var requests = Interlocked.Read(ref entry.Value.Requests);
        return (sum.Requests + requests, sum.Hits + (entry.Key.Result == CacheResult.Hit ? requests : 0));
    });

    public IEnumerable<Measurement<long>> Requests() => _counts.Select(entry => new Measurement<long>(
        Interlocked.Read(ref entry.Value.Requests),
        new TagList
        {
            { "kind", MetricTags.Of(entry.Key.Kind) },
            { "upstream", entry.Key.Upstream },
            { "result", MetricTags.Of(entry.Key.Result) },
            { "status", MetricTags.OfStatus(entry.Key.Status) },
        }));

    public IEnumerable<Measurement<long>> SentBytes() =>
        from entry in _counts
        group Interlocked.Read(ref entry.Value.SentBytes) by (entry.Key.Upstream, entry.Key.Result) into bytes
        where bytes.Sum() > 0
        select new Measurement<long>(bytes.Sum(), new TagList { { "upstream", bytes.Key.Upstream }, { "result", MetricTags.Of(bytes.Key.Result) } });

    private readonly record struct Key(OciRouteKind? Kind, string Upstream, CacheResult Result, int Status);

    private sealed class Counts
    {
        public long Requests;
        public long SentBytes;
    }
}
