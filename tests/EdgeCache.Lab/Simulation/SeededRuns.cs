namespace EdgeCache.Lab.Simulation;

/// <summary>Many simulations, as many at once as there are processors.</summary>
internal sealed class SeededRuns(int first, int count, int steps = SeededRuns.Steps)
{
    /// <summary>Enough for some restarts, and for pulls to end between them.</summary>
    public const int Steps = 150;

    private const int ReportEvery = 500;

    // Protects the fields below.
    private readonly Lock _gate = new();
    private SimulationTotals _totals = SimulationTotals.None;
    private SimulationFailedException? _failure;
    private int _begun;
    private int _done;

    /// <summary>The sum of all runs.</summary>
    /// <exception cref="SimulationFailedException">One has failed: its message names the seed. Those that had not begun are not run.</exception>
    public SimulationTotals Run(Action<int>? progress = null)
    {
        // Threads of their own: a simulation waits for the pool, and must not keep it busy by that.
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => RunSeeds(progress)) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return _failure is null ? _totals : throw _failure;
    }

    private void RunSeeds(Action<int>? progress)
    {
        while (NextSeed() is { } seed)
        {
            try
            {
                using var simulation = new Simulation(seed);
                Add(simulation.Run(steps), progress);
            }
            catch (SimulationFailedException error)
            {
                lock (_gate)
                {
                    _failure ??= error;
                }
            }
        }
    }

    private int? NextSeed()
    {
        lock (_gate)
        {
            return _begun < count && _failure is null ? first + _begun++ : null;
        }
    }

    private void Add(SimulationTotals one, Action<int>? progress)
    {
        int done;
        lock (_gate)
        {
            _totals += one;
            done = ++_done;
        }

        if (done % ReportEvery == 0)
        {
            progress?.Invoke(done);
        }
    }
}
