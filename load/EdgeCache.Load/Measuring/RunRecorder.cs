using EdgeCache.Load.Driving;
using EdgeCache.Load.Http;

namespace EdgeCache.Load.Measuring;

/// <summary>
/// What a run's clients saw: counts since the start, and latencies of the present window and of the whole run; a latency belongs to the window in which it ended.
/// Safe for concurrent use.
/// </summary>
/// <param name="log">Where what arrives is told one by one; null is a log of its own.</param>
internal sealed class RunRecorder(RequestLog? log = null)
{
    private const int MaxErrors = 10;

    private readonly Lock _recording = new(); // Protects everything here but _bytes.
    private readonly LatencyHistogram _allPulls = new();
    private readonly LatencyHistogram _allRequests = new();
    private readonly Dictionary<string, long> _errors = [];
    private LatencyHistogram _pulls = new();
    private LatencyHistogram _requests = new();
    private RunCounts _counts;
    private long _bytes;

    /// <summary>What came, one by one.</summary>
    public RequestLog Log { get; } = log ?? new RequestLog();

    public RunCounts Counts
    {
        get
        {
            lock (_recording)
            {
                return _counts with { Bytes = Interlocked.Read(ref _bytes) };
            }
        }
    }

    /// <summary>Of the pulls that brought something, up to the last <see cref="EndWindow"/>.</summary>
    public LatencyPercentiles Pulls => Read(_allPulls);

    /// <summary>Of single requests, up to the last <see cref="EndWindow"/>.</summary>
    public LatencyPercentiles Requests => Read(_allRequests);

    /// <summary>The first different ones, with how often each was seen.</summary>
    public IReadOnlyDictionary<string, long> Errors
    {
        get
        {
            lock (_recording)
            {
                return new Dictionary<string, long>(_errors);
            }
        }
    }

    /// <summary>A pull has ended.</summary>
    /// <param name="latency">From its intended start on.</param>
    public void PullEnded(PullOutcome outcome, TimeSpan latency, string? error)
    {
        lock (_recording)
        {
            _counts = outcome switch
            {
                PullOutcome.Whole => _counts with { Pulls = _counts.Pulls + 1 },
                PullOutcome.UpToDate => _counts with { UpToDate = _counts.UpToDate + 1 },
                PullOutcome.Failed => _counts with { Failures = _counts.Failures + 1 },
                _ => _counts with { Mismatches = _counts.Mismatches + 1 },
            };
            if (outcome == PullOutcome.Whole)
            {
                _pulls.Record(latency);
            }

            if (error is not null && (_errors.ContainsKey(error) || _errors.Count < MaxErrors))
            {
                _errors[error] = _errors.GetValueOrDefault(error) + 1;
            }
        }
    }

    public void PullNotStarted()
    {
        lock (_recording)
        {
            _counts = _counts with { NotStarted = _counts.NotStarted + 1 };
        }
    }

    /// <summary>A request of any kind has its whole answer.</summary>
    /// <param name="latency">From its sending on, all attempts included.</param>
    public void RequestEnded(TimeSpan latency)
    {
        lock (_recording)
        {
            _requests.Record(latency);
            _counts = _counts with { Requests = _counts.Requests + 1 };
        }
    }

    /// <summary>The head of a manifest's or a blob's content has come.</summary>
    public void ContentBegan(CacheAnswer cache)
    {
        lock (_recording)
        {
            _counts = _counts with
            {
                Gets = _counts.Gets + 1,
                Hits = _counts.Hits + (cache == CacheAnswer.Hit ? 1 : 0),
                Collapsed = _counts.Collapsed + (cache == CacheAnswer.Collapsed ? 1 : 0),
            };
        }
    }

    /// <summary>A client has a manifest or a blob whole.</summary>
    public void ContentVerified(in LoggedRequest request) => Log.Add(request);

    public void ContentArrived(int bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <param name="isResume">Whether a part had come already.</param>
    public void Retried(bool isResume)
    {
        lock (_recording)
        {
            _counts = _counts with { Retries = _counts.Retries + 1, Resumes = _counts.Resumes + (isResume ? 1 : 0) };
        }
    }

    /// <summary>Gives the latencies since the last call and begins a new window.</summary>
    public (LatencyPercentiles Pulls, LatencyPercentiles Requests) EndWindow()
    {
        LatencyHistogram pulls, requests;
        lock (_recording)
        {
            (pulls, requests) = (_pulls, _requests);
            (_pulls, _requests) = (new LatencyHistogram(), new LatencyHistogram());
            _allPulls.Add(pulls);
            _allRequests.Add(requests);
        }

        return (LatencyPercentiles.Of(pulls), LatencyPercentiles.Of(requests));
    }

    private LatencyPercentiles Read(LatencyHistogram histogram)
    {
        lock (_recording)
        {
            return LatencyPercentiles.Of(histogram);
        }
    }
}
