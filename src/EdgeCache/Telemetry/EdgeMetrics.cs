using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EdgeCache.Telemetry;

/// <summary>
/// The instruments of the pull listener, on the meter <c>edgecache</c>: what the cache did for clients. What it holds is
/// <see cref="CacheMeasures"/>'s, what it took from upstreams the origin's.
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

    private readonly RequestTally _requests = new();
    private readonly Histogram<double> _requestDuration;
    private readonly Counter<long> _droppedLogEntries;

    public EdgeMetrics(IMeterFactory meters)
    {
        // The factory owns the meter and disposes it with the node.
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter("edgecache.requests", _requests.Requests, "{request}", "Requests of the pull listener.");
        _requestDuration = meter.CreateHistogram("edgecache.request.duration", "s", "Time from a request's headers to the end of its response.", advice: DurationBuckets);
        meter.CreateObservableCounter("edgecache.served.bytes", _requests.SentBytes, "By", "Body bytes sent to clients.");
        _droppedLogEntries = meter.CreateCounter<long>("edgecache.access_log.dropped", "{entry}", "Access log entries that were dropped, since their reader was too slow.");
    }

    /// <summary>Since the start.</summary>
    public ServedTotals ClientTotals => _requests.ClientTotals();

    /// <summary>A request has ended.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="status">The response's status; 499 where the client left.</param>
    public void RequestEnded(RequestRecord record, string method, int status, TimeSpan duration)
    {
        _requests.Add(record, MetricTags.OfMethod(method), status);
        _requestDuration.Record(duration.TotalSeconds, new TagList { { "kind", MetricTags.Of(record.Kind) }, { "result", MetricTags.Of(record.Result) } });
    }

    public void AccessLogDropped() => _droppedLogEntries.Add(1);
}
