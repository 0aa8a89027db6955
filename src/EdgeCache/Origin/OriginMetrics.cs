using System.Diagnostics;
using System.Diagnostics.Metrics;
using Polly.CircuitBreaker;

namespace EdgeCache.Origin;

/// <summary>
/// What is measured of upstreams. Labels are closed: the configured upstream, the kind of request, the class of the status. Safe for concurrent use.
/// </summary>
internal sealed class OriginMetrics
{
    /// <summary>The status of a request that got no answer.</summary>
    public const int NoStatus = 0;

    private static readonly string[] KindLabels = ["manifest", "blob", "token", "list"];
    private static readonly string[] StatusLabels = ["error", "1xx", "2xx", "3xx", "4xx", "5xx"];

    /// <summary>The states that a breaker goes through; nobody isolates one by hand.</summary>
    public static readonly CircuitState[] BreakerStates = [CircuitState.Closed, CircuitState.Open, CircuitState.HalfOpen];

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _transitions;
    private readonly Counter<long> _withheld;

    public OriginMetrics(IMeterFactory meters)
    {
        Meters = meters;
        var meter = meters.Create("edgecache");
        _requests = meter.CreateCounter<long>("edgecache.origin.requests", "{request}", "Requests to upstreams and their token servers.");
        _duration = meter.CreateHistogram<double>(
            "edgecache.origin.duration",
            "s",
            "Time to the headers of an upstream's answer, redirects and tokens included.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        _bytes = meter.CreateCounter<long>("edgecache.origin.bytes", "By", "Bytes of bodies read from upstreams.");
        _transitions = meter.CreateCounter<long>("edgecache.origin.breaker.transitions", "{transition}", "Changes of state of endpoints' breakers.");
        _withheld = meter.CreateCounter<long>(
            "edgecache.origin.ratelimit.withheld", "{request}", "Requests that were not sent, for what upstreams have said of their limits.");
    }

    /// <summary>The node's factory, for what the framework measures of our connections.</summary>
    public IMeterFactory Meters { get; }

    /// <summary>One attempt at one endpoint, or one token request.</summary>
    public void Record(string upstream, OriginKind kind, int status, TimeSpan elapsed)
    {
        var tags = new TagList
        {
            { "upstream", upstream },
            { "kind", KindLabels[(int)kind] },
            { "status", StatusLabels[status is >= 100 and < 600 ? status / 100 : 0] },
        };
        _requests.Add(1, tags);
        _duration.Record(elapsed.TotalSeconds, tags);
    }

    /// <summary>A breaker of one of the upstream's endpoints has changed.</summary>
    public void RecordTransition(string upstream, CircuitState to) =>
        _transitions.Add(1, new TagList { { "upstream", upstream }, { "to", LabelOf(to) } });

    /// <summary>A request was not sent.</summary>
    /// <param name="reason">pause (a Retry-After), empty (the budget), or reserve (the share that is kept).</param>
    public void RecordWithheld(string upstream, string reason) => _withheld.Add(1, new TagList { { "upstream", upstream }, { "reason", reason } });

    public static string LabelOf(CircuitState state) => state switch
    {
        CircuitState.Closed => "closed",
        CircuitState.HalfOpen => "half_open",
        _ => "open",
    };

    public void RecordBytes(string upstream, OriginKind kind, int bytes) =>
        _bytes.Add(bytes, new KeyValuePair<string, object?>("upstream", upstream), new KeyValuePair<string, object?>("kind", KindLabels[(int)kind]));
}
