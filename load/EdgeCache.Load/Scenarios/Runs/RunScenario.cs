using System.Diagnostics;
using EdgeCache.Load.Driving;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Simulation;
using EdgeCache.Load.Workload;

namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>Puts a profile's load on targets, lets its events happen, and samples all counters while it runs. Used once.</summary>
/// <param name="stage">Null where the targets run already.</param>
/// <param name="images">The most popular first.</param>
/// <param name="order">The order of pulls; null is chance.</param>
internal sealed class RunScenario(
    RunProfile profile, RunStage? stage, IReadOnlyList<Uri> targets, IReadOnlyList<LoadTarget> nodes, IReadOnlyList<WantedImage> images, TraceOrder? order)
{
    /// <summary>A report of more points shows no more.</summary>
    private const int MaxSamples = 600;
    private const int WarmUpsAtOnce = 8;
    private static readonly TimeSpan MinWindow = TimeSpan.FromSeconds(1);

    /// <summary>A client that cannot begin within this time would have gone elsewhere.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RunSettings _settings = profile.Settings;
    private readonly RunRecorder _recorder = new();
    private readonly List<RunMark> _marks = [];
    private readonly List<RunSample> _samples = [];
    private readonly IReadOnlyList<ConnectionPool> _pools = [.. targets.Select(target => new ConnectionPool(target))];
    private readonly ImageChoice _choice = new(
        images,
        new RankPopularity(images.Count, profile.Settings.Zipf),
        profile.Settings.OneTimers,
        profile.Settings.Seed,
        profile.Settings.Loop == LoopKind.Storm ? profile.Settings.Clients : 1)
    {
        Order = order,
    };

    /// <summary>When the last pull had ended.</summary>
    private long _ended;
    private int _inFlight;
    private int _pulls;

    /// <param name="progress">Told of each sample.</param>
    /// <exception cref="InvalidOperationException">The warm-up failed: the run would mean nothing.</exception>
    public async Task<RunFigures> RunAsync(IProgress<RunSample> progress, CancellationToken cancellationToken)
    {
        try
        {
            await WarmUpAsync(cancellationToken);
            using var monitor = new RunMonitor(_recorder, stage, () => stage?.Nodes ?? nodes, () => Volatile.Read(ref _inFlight));
            await monitor.BeginAsync(cancellationToken);
            _recorder.Log.Begin();
            var cpuBefore = NodeCpu();
            var started = Stopwatch.GetTimestamp();
            await RunLoopAsync(monitor, progress, started, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(started, _ended);
            var nodeCpu = stage is { HasLostNode: true } ? null : NodeCpu() - cpuBefore;
            var (total, originCpu, driverCpu) = await monitor.EndAsync(cancellationToken);
            var simulated = Simulate(cancellationToken);
            var verdicts = RunJudge.Judge(_settings, total, _samples, simulated, stage?.HasLostNode ?? false);
            return new RunFigures(_settings, elapsed, total, nodeCpu, originCpu, driverCpu, _marks, _recorder.Errors, verdicts, _samples) { Simulated = simulated };
        }
        finally
        {
            foreach (var pool in _pools)
            {
                pool.Dispose();
            }
        }
    }

    /// <summary>Replays what clients got through the nodes' eviction in memory; null where the nodes are not ours.</summary>
    private HitRate? Simulate(CancellationToken cancellationToken) => stage is null || _recorder.Log.IsFull ? null
        : LoggedReplay.Run(_recorder.Log, stage.CacheBytes, _settings.Nodes, cancellationToken);

    private async Task RunLoopAsync(RunMonitor monitor, IProgress<RunSample> progress, long started, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = RunEventsAsync(started, ending.Token);
        var waves = RunWavesAsync(started, ending.Token);
        var load = PutLoadAsync(ending.Token);
        try
        {
            await SampleAsync(load, monitor, progress, cancellationToken);
            await load;
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(load, events, waves).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (events.IsFaulted || waves.IsFaulted)
        {
            throw new InvalidOperationException("What was to happen in the run failed.", events.Exception ?? waves.Exception);
        }
    }

    private async Task SampleAsync(Task load, RunMonitor monitor, IProgress<RunSample> progress, CancellationToken cancellationToken)
    {
        var window = _settings.Duration / MaxSamples is var even && even > MinWindow ? even : MinWindow;
        while (!load.IsCompleted)
        {
            // Whole windows, the last one too: the rates of a short one mean nothing.
            await Task.Delay(window, cancellationToken);
            var sample = await monitor.SampleAsync(cancellationToken);
            _samples.Add(sample);
            progress.Report(sample);
        }
    }

    private async Task PutLoadAsync(CancellationToken cancellationToken)
    {
        var clients = Enumerable.Range(0, _settings.Clients).Select(_ => new ClientStore(_settings.ClientStore)).ToArray();
        if (_settings.Loop == LoopKind.Closed)
        {
            await ClosedLoop.RunAsync(TimeProvider.System, clients.Length, _settings.Duration, at => PullAsync(at, NextClient(clients), cancellationToken), cancellationToken);
        }
        else
        {
            // The loop starts its jobs one after the other: the draws need no lock, and are the same for the same seed.
            var random = new Random(_settings.Seed);
            var loop = new OpenLoop(TimeProvider.System, _settings.InFlight, Patience);
            await loop.RunAsync(Starts(), at => PullAsync(at, clients[random.Next(clients.Length)], cancellationToken), _recorder.PullNotStarted, cancellationToken);
        }

        _ended = Stopwatch.GetTimestamp();
    }

    private IEnumerable<TimeSpan> Starts() => _settings.Loop == LoopKind.Storm
        ? Enumerable.Range(0, (int)Math.Ceiling(_settings.Duration.TotalSeconds * _settings.Rate))
            .SelectMany(storm => Enumerable.Repeat(TimeSpan.FromSeconds(storm / _settings.Rate), _settings.Clients))
        : new ArrivalTimes(_settings.Arrivals, _settings.Rate, _settings.Seed).Until(_settings.Duration);

    private ClientStore NextClient(ClientStore[] clients) => clients[(int)((uint)Interlocked.Increment(ref _pulls) % clients.Length)];

    private async Task PullAsync(long intended, ClientStore client, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _inFlight);
        var (outcome, error) = await PullAsync(_choice.Next(), client, _recorder, cancellationToken);
        Interlocked.Decrement(ref _inFlight);
        _recorder.PullEnded(outcome, Stopwatch.GetElapsedTime(intended), error);
    }

    private Task<(PullOutcome Outcome, string? Error)> PullAsync(WantedImage image, ClientStore client, RunRecorder recorder, CancellationToken cancellationToken)
    {
        var settings = new PullSettings(_settings.PullLimit);
        var requests = new RegistryRequests(_pools, Interlocked.Increment(ref _pulls) & int.MaxValue, recorder, settings);
        return new ImagePull(requests, client, settings.Limit).RunAsync(image, cancellationToken);
    }

    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        if (!_settings.WarmsUp)
        {
            return;
        }

        var uncounted = new RunRecorder(_recorder.Log);

        // The least popular first: a cache that does not hold all of them then begins with those it would have.
        var options = new ParallelOptions { MaxDegreeOfParallelism = WarmUpsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(images.Reverse(), options, async (image, token) =>
        {
            var (outcome, error) = await PullAsync(image, new ClientStore(0), uncounted, token);
            if (outcome != PullOutcome.Whole)
            {
                throw new InvalidOperationException($"The warm-up's pull of {image} failed: {error}");
            }
        });
    }

    private async Task RunEventsAsync(long started, CancellationToken cancellationToken)
    {
        foreach (var happening in profile.Events)
        {
            await DelayUntilAsync(started, _settings.Duration * happening.At, cancellationToken);
            await happening.RunAsync(stage, _choice, cancellationToken);
            _marks.Add(new RunMark(Stopwatch.GetElapsedTime(started), happening.Name));
        }
    }

    private async Task RunWavesAsync(long started, CancellationToken cancellationToken)
    {
        for (var wave = 1; stage is not null && _settings.WavePeriod > TimeSpan.Zero && _settings.WavePeriod * wave < _settings.Duration; wave++)
        {
            await DelayUntilAsync(started, _settings.WavePeriod * wave, cancellationToken);
            await stage.DeployAsync(_settings.WaveShare, cancellationToken);
        }
    }

    private static Task DelayUntilAsync(long started, TimeSpan at, CancellationToken cancellationToken) =>
        at - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero ? Task.Delay(left, cancellationToken) : Task.CompletedTask;

    private TimeSpan? NodeCpu() =>
        (stage?.Nodes ?? nodes).Select(node => node.ProcessId).OfType<int>().ToList() is { Count: > 0 } processes ? NodeUsage.Read(processes).Cpu : null;
}
