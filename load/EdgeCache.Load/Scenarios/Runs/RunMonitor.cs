using System.Diagnostics;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>
/// Reads all counters of a run, clients', nodes' and origin's, and makes samples of their differences. A node that was killed keeps what it had said last; one
/// that is started again counts from zero. One caller at a time.
/// </summary>
/// <param name="stage">Null where the targets are not ours: then the origin tells nothing.</param>
/// <param name="nodes">The nodes that run at the moment.</param>
internal sealed class RunMonitor(RunRecorder recorder, RunStage? stage, Func<IReadOnlyList<LoadTarget>> nodes, Func<int> inFlight) : IDisposable
{
    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(15);

    /// <summary>A node's metrics may be a second old: two answers that are further apart show whether anything moves.</summary>
    private static readonly TimeSpan QuietStep = TimeSpan.FromSeconds(1.1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>By process, or by place where the process is not known.</summary>
    private readonly Dictionary<int, NodeCounts> _lastSaid = [];
    private Reading _first = new(0, default, null, null, TimeSpan.Zero, TimeSpan.Zero);
    private Reading _last = new(0, default, null, null, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>The run begins: everything counts from now on.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await BecomeQuietAsync(cancellationToken);
        _first = _last = await ReadAsync(cancellationToken);
    }

    /// <summary>What has happened since the last call.</summary>
    public async Task<RunSample> SampleAsync(CancellationToken cancellationToken)
    {
        var before = _last;
        var (pulls, requests) = recorder.EndWindow();
        _last = await ReadAsync(cancellationToken);
        return Compare(before, _last, pulls, requests);
    }

    /// <summary>What has happened since the beginning, when nothing is under way any more: requests and fills end after their clients have all.</summary>
    public async Task<(RunSample Total, TimeSpan? OriginCpu, TimeSpan DriverCpu)> EndAsync(CancellationToken cancellationToken)
    {
        await BecomeQuietAsync(cancellationToken);
        var end = await ReadAsync(cancellationToken);
        var total = Compare(_first, end, recorder.Pulls, recorder.Requests);
        return (total, stage is null ? null : end.OriginCpu - _first.OriginCpu, end.DriverCpu - _first.DriverCpu);
    }

    public void Dispose() => _http.Dispose();

    private async Task BecomeQuietAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var (before, now) = (default((NodeCounts?, OriginCounts?)?), default((NodeCounts?, OriginCounts?)?));
        do
        {
            before = now;
            await Task.Delay(QuietStep, cancellationToken);
            var said = await AskNodesAsync(cancellationToken);
            now = (said.Counts, stage is null ? null : await stage.CountAsync(cancellationToken));
            if (said.ActiveFills > 0)
            {
                now = null;
            }
        }
        while ((now is null || before != now) && Stopwatch.GetElapsedTime(started) < QuietLimit);
    }

    private async Task<Reading> ReadAsync(CancellationToken cancellationToken)
    {
        var origin = stage is null ? null : await stage.CountAsync(cancellationToken);
        var said = await AskNodesAsync(cancellationToken);
        var processes = nodes().Select(node => node.ProcessId).OfType<int>().ToList();
        return new Reading(
            Stopwatch.GetTimestamp(),
            recorder.Counts,
            origin,
            said.Counts,
            stage is null ? TimeSpan.Zero : ProcessTree.ReadCpu(stage.OriginProcessId),
            ProcessUsage.Read(Environment.ProcessId).Cpu)
        {
            Usage = processes.Count == 0 ? null : NodeUsage.Read(processes) with { ExplainedFiles = said.ExplainedFiles },
        };
    }

    /// <summary>The counts are null where no node's metrics are known.</summary>
    private async Task<(NodeCounts? Counts, double ActiveFills, int ExplainedFiles)> AskNodesAsync(CancellationToken cancellationToken)
    {
        var (fills, files) = (0.0, 0.0);
        foreach (var (node, place) in nodes().Select((node, place) => (node, place)))
        {
            if (node.MetricsUrl is not null && await TryGetAsync(node.MetricsUrl, cancellationToken) is { } text)
            {
                _lastSaid[node.ProcessId ?? -1 - place] = NodeCounts.Parse(text);
                fills += MetricsText.Sum(text, "edgecache_fills_active");
                files += MetricsText.Sum(text, "edgecache_open_files") + MetricsText.Sum(text, "kestrel_active_connections");
            }
        }

        return (_lastSaid.Count == 0 ? null : _lastSaid.Values.Aggregate((left, right) => left + right), fills, (int)files);
    }

    /// <summary>Null where the node does not answer: it may have been killed.</summary>
    private async Task<string?> TryGetAsync(Uri metrics, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.GetStringAsync(metrics, cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private RunSample Compare(Reading before, Reading after, LatencyPercentiles pulls, LatencyPercentiles requests) => new(
        Stopwatch.GetElapsedTime(_first.At, after.At),
        Stopwatch.GetElapsedTime(before.At, after.At),
        after.Clients - before.Clients,
        pulls,
        requests,
        after.Origin?.ContentGets - before.Origin?.ContentGets,
        after.Origin?.ContentBytes - before.Origin?.ContentBytes,
        after.Nodes - before.Nodes,
        after.Usage,
        inFlight());

    private sealed record Reading(long At, RunCounts Clients, OriginCounts? Origin, NodeCounts? Nodes, TimeSpan OriginCpu, TimeSpan DriverCpu)
    {
        public NodeUsage? Usage { get; init; }
    }
}
