using System.Diagnostics;
using System.Diagnostics.Metrics;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Index;

namespace EdgeCache.Telemetry;

/// <summary>
/// The node's own instruments, on the meter <c>edgecache</c>: what the cache did for clients, what it took from upstreams, what it holds.
/// Labels are of closed sets: configured upstreams, enums, status codes; never a repository, tag or digest. Safe for concurrent use.
/// </summary>
internal sealed class EdgeMetrics
{
    public const string MeterName = "edgecache";

    /// <summary>From a hit out of memory to a large layer on a slow line, in seconds.</summary>
    private static readonly InstrumentAdvice<double> DurationBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _requestDuration;
    private readonly Counter<long> _servedBytes;
    private readonly UpDownCounter<long> _activeFills;
    private readonly Counter<long> _fills;
    private readonly Histogram<double> _originDuration;
    private readonly Counter<long> _fetchedBytes;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _evictedBytes;
    private readonly Counter<long> _droppedLogEntries;

    public EdgeMetrics(IMeterFactory meters)
    {
        // The factory owns the meter and disposes it with the node.
        _meter = meters.Create(new MeterOptions(MeterName) { Version = "1" });
        _requests = _meter.CreateCounter<long>("edgecache.requests", "{request}", "Requests of the pull listener.");
        _requestDuration = _meter.CreateHistogram("edgecache.request.duration", "s", "Time from a request's headers to the end of its response.", advice: DurationBuckets);
        _servedBytes = _meter.CreateCounter<long>("edgecache.served.bytes", "By", "Body bytes sent to clients.");
        _activeFills = _meter.CreateUpDownCounter<long>("edgecache.fills.active", "{fill}", "Fills in progress.");
        _fills = _meter.CreateCounter<long>("edgecache.fills", "{fill}", "Fills that ended.");
        _originDuration = _meter.CreateHistogram("edgecache.origin.request.duration", "s", "Time from a request to an upstream to its answer's headers.", advice: DurationBuckets);
        _fetchedBytes = _meter.CreateCounter<long>("edgecache.fetched.bytes", "By", "Body bytes read from upstreams.");
        _evictions = _meter.CreateCounter<long>("edgecache.evictions", "{object}", "Objects that were evicted.");
        _evictedBytes = _meter.CreateCounter<long>("edgecache.evicted.bytes", "By", "Bytes that were evicted.");
        _droppedLogEntries = _meter.CreateCounter<long>("edgecache.access_log.dropped", "{entry}", "Access log entries that were dropped, since their reader was too slow.");
    }

    /// <summary>A request has ended.</summary>
    /// <param name="status">The response's status; 499 where the client left.</param>
    public void RequestEnded(RequestRecord record, int status, TimeSpan duration)
    {
        var kind = MetricTags.Of(record.Kind);
        var upstream = record.Repository.Upstream ?? MetricTags.NoUpstream;
        var result = MetricTags.Of(record.Result);
        var tags = new TagList
        {
            { "kind", kind }, { "upstream", upstream }, { "result", result }, { "status", MetricTags.OfStatus(status) },
        };
        _requests.Add(1, tags);
        _requestDuration.Record(duration.TotalSeconds, new TagList { { "kind", kind }, { "result", result } });
        if (record.SentBytes > 0)
        {
            _servedBytes.Add(record.SentBytes, new TagList { { "upstream", upstream }, { "result", result } });
        }
    }

    /// <summary>A fill has begun; <see cref="FillEnded"/> follows exactly once, with the same upstream.</summary>
    public void FillStarted(string upstream) => _activeFills.Add(1, new TagList { { "upstream", upstream } });

    public void FillEnded(string upstream, FillResult result)
    {
        _activeFills.Add(-1, new TagList { { "upstream", upstream } });
        _fills.Add(1, new TagList { { "upstream", upstream }, { "outcome", MetricTags.Of(result) } });
    }

    /// <summary>An upstream has answered, or has failed to.</summary>
    /// <param name="status">The answer's status; 0 where there was none.</param>
    /// <param name="duration">To the answer's headers.</param>
    public void OriginAnswered(string upstream, OriginOutcome outcome, int status, TimeSpan duration) =>
        _originDuration.Record(
            duration.TotalSeconds,
            new TagList { { "upstream", upstream }, { "outcome", MetricTags.Of(outcome) }, { "status", MetricTags.OfStatus(status) } });

    public void Fetched(string upstream, long sizeBytes) => _fetchedBytes.Add(sizeBytes, new TagList { { "upstream", upstream } });

    public void Evicted(BlobPool pool, long objects, long sizeBytes)
    {
        var tags = new TagList { { "pool", MetricTags.Of(pool) } };
        _evictions.Add(objects, tags);
        _evictedBytes.Add(sizeBytes, tags);
    }

    public void AccessLogDropped() => _droppedLogEntries.Add(1);

    /// <summary>Shows what the cache holds, asked for at each scrape. Called once, when the cache is open.</summary>
    /// <param name="usage">The bytes and objects of a pool; quick, safe on any thread.</param>
    /// <param name="limitBytes">The limit over all pools.</param>
    public void ObserveCache(Func<BlobPool, (long SizeBytes, long Objects)> usage, Func<long> limitBytes)
    {
        _meter.CreateObservableUpDownCounter("edgecache.cache.bytes", () => OverPools(pool => usage(pool).SizeBytes), "By", "Bytes the cache holds.");
        _meter.CreateObservableUpDownCounter("edgecache.cache.objects", () => OverPools(pool => usage(pool).Objects), "{object}", "Objects the cache holds.");
        _meter.CreateObservableGauge("edgecache.cache.limit", limitBytes, "By", "Bytes the cache may hold.");
    }

    private static IEnumerable<Measurement<long>> OverPools(Func<BlobPool, long> value) =>
        Enum.GetValues<BlobPool>().Select(pool => new Measurement<long>(value(pool), new TagList { { "pool", MetricTags.Of(pool) } }));
}
