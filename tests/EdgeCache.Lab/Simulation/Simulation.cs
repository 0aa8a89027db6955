using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Testing;

namespace EdgeCache.Lab.Simulation;

/// <summary>
/// One seeded run of store, fills and eviction: chance chooses who does what next among clients, upstreams, disk, clock, operator and the power, one at a time, and
/// after every step the invariants of DESIGN are checked. The next step begins when all that the last one set off has come to rest, so that a seed replays.
/// </summary>
internal sealed class Simulation : IDisposable
{
    private const int MaxClients = 10;
    private const int MaxClockHours = 48;
    private const int MaxStepBytes = 200_000;

    /// <summary>So much that there is room for unfinished blobs.</summary>
    private const int AmplePercent = 1000;

    /// <summary>More than a beginning of a blob has that is worth keeping.</summary>
    private const int MaxPieces = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly int _seed;
    private readonly Random _chance;
    private readonly TempFolder _folder = TempFolder.InMemory();

    /// <summary>Later than this machine was started: what a killed process has written is not older than the system.</summary>
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SimOrigin _origin = new();
    private readonly SimDisk _disk;
    private readonly SimNode _node;
    private readonly SimContent _content;
    private readonly SimInvariants _invariants;
    private readonly SimUpstream _upstream;
    private readonly SimClients _clients;
    private readonly List<string> _trace = [];

    private bool _hasUncounted;
    private SimulationTotals _totals = SimulationTotals.None;

    public Simulation(int seed)
    {
        _seed = seed;
        _chance = new Random(seed);
        _content = new SimContent(_chance);
        _disk = new SimDisk(_folder.CreateFolder("graveyard"), _clock);
        _node = new SimNode(_folder.Combine("cache"), _disk, _origin, _clock, _content.TotalBytes * (Chance(40) ? AmplePercent : _chance.Next(20, 120)) / 100);
        _disk.IsQuiet = IsNoFillWorking;
        _invariants = new SimInvariants(_folder.Combine("cache"), _node, _disk, _origin, _content);
        _clients = new SimClients(_node, Note);
        _upstream = new SimUpstream(_chance, _content, _origin, _clients.Harm, Note);
    }

    /// <summary>Runs to its end.</summary>
    /// <exception cref="SimulationFailedException">An invariant did not hold.</exception>
    public SimulationTotals Run(int steps)
    {
        try
        {
            for (var step = 0; step < steps; step++)
            {
                Act();
                Settle();
                _invariants.CheckAlways();
                _totals = _totals with { HeldUp = _totals.HeldUp + _node.Fills.HeldUp };
            }

            CalmDown();
            if (!_hasUncounted)
            {
                Settle();
                _invariants.CheckAtRest();
            }

            _node.Restart();
            Settle();
            _invariants.CheckAtRest();
            _invariants.CheckSwept();
            return _totals with { Served = _clients.Served, Failed = _clients.Failed, Left = _clients.Left, Answers = _upstream.Answers, Faults = _upstream.Faults, Steps = steps, DiskHits = _disk.Hits, Evicted = _totals.Evicted + Evicted };
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new SimulationFailedException($"Seed {_seed}, after {_trace.Count} steps: {error.Message}\n{string.Join('\n', _trace.TakeLast(60))}\n{error.StackTrace}");
        }
    }

    public void Dispose()
    {
        _clients.Dispose();
        _node.Close();
        _folder.Dispose();
    }

    /// <summary>What was done so far, a line for each step.</summary>
    public IReadOnlyList<string> Trace => _trace;

    private long Evicted => _node.Store.Eviction.Usage(BlobPool.Blobs).EvictedObjects;

    private bool Chance(int percent) => _chance.Next(100) < percent;

    private T Pick<T>(IReadOnlyList<T> among) => among[_chance.Next(among.Count)];

    private void Note(string what) => _trace.Add(what);

    private void Act()
    {
        switch (_chance.Next(100))
        {
            case < 14 when _clients.Active.Count < MaxClients:
                var client = _clients.Come(Pick(_content.Objects), Pick(_content.Repositories));
                _clients.Step(client, _chance.Next(1, MaxStepBytes));
                break;
            case < 40 when _clients.Active.Count > 0:
                _clients.Step(Pick(_clients.Active), _chance.Next(1, MaxStepBytes));
                break;
            case < 43 when _clients.Active.Count > 0:
                var leaving = Pick(_clients.Active);
                Note($"{leaving} leaves");
                leaving.Leave();
                break;
            case < 62 when _origin.Questions is { Count: > 0 } questions:
                _upstream.Answer(Pick(questions), Chance(25));
                break;
            case < 88 when _origin.Bodies is { Count: > 0 } bodies:
                var (question, body) = Pick(bodies);
                Feed(question, body, pieces: Chance(50) ? MaxPieces : 1);
                break;
            case < 92:
                BreakDisk();
                break;
            case < 94:
                MoveClock();
                break;
            case < 96:
                Operate();
                break;
            case < 97:
                Restart();
                break;
        }
    }

    /// <summary>A body goes on, by a piece or many; or breaks off before each.</summary>
    private void Feed(SimQuestion question, SimBody body, int pieces)
    {
        for (var piece = 0; piece < pieces && body.IsWaiting; piece++)
        {
            _upstream.Feed(question, body, Chance(pieces > 1 ? 2 : 8));
            if (pieces > 1)
            {
                Settle();
            }
        }
    }

    private void BreakDisk()
    {
        _disk.Fault = Chance(50) ? DiskFault.None : Pick(Enum.GetValues<DiskFault>());
        Note($"disk: {_disk.Fault}");
    }

    private void MoveClock()
    {
        if (Chance(30))
        {
            var hours = _chance.Next(-MaxClockHours, MaxClockHours);
            Note($"the wall clock jumps by {hours} h");
            _clock.SetUtcNow(_clock.GetUtcNow().AddHours(hours));
            return;
        }

        var passed = TimeSpan.FromSeconds(_chance.Next(1, 3600));
        Note($"{passed} pass");
        _clock.Advance(passed);
    }

    private void Operate()
    {
        if (Chance(50))
        {
            var purged = Pick(_content.Objects);
            Note($"an operator removes {purged}");
            try
            {
                _node.Store.Remove(purged.Digest);
            }
            catch (IOException)
            {
                // The operator is told: the file is still there, and nobody counts it until the next start finds it.
                _hasUncounted = true;
            }

            return;
        }

        var limit = _content.TotalBytes * _chance.Next(10, 150) / 100;
        Note($"an operator sets the limit to {limit} B");
        _node.Store.Eviction.SetLimit(limit);
    }

    private void Restart()
    {
        _totals = _totals with { Restarts = _totals.Restarts + 1, Evicted = _totals.Evicted + Evicted };
        _clients.Leave();
        switch (_chance.Next(3))
        {
            case 0:
                Note("the node stops and starts");
                _node.Restart();
                break;
            case 1:
                Note("the node is killed and starts");
                _node.Kill(_chance, isPowerCut: false);
                break;
            default:
                Note("the power is cut, and the node starts");
                _node.Kill(_chance, isPowerCut: true);
                break;
        }

        _totals = _totals with { Kept = _totals.Kept + _node.Store.UnfinishedBlobs };
        _clients.Taint(_content.Objects.Where(wanted => _node.HasKeptWrong(wanted)).Select(wanted => wanted.Digest));
        _clients.Forgive();
    }

    /// <summary>Waits until everything that is under way waits for the simulation.</summary>
    private void Settle()
    {
        var spin = default(SpinWait);
        var started = TimeProvider.System.GetTimestamp();
        while (!IsAtRest())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw new SimulationFailedException(Describe());
            }

            // It yields, and never sleeps: what is waited for takes microseconds.
            spin.SpinOnce(sleep1Threshold: -1);
        }

        _clients.JudgeEnded();
        if (!_origin.Questions.Any() && _node.Fills.Active == 0 && _clients.Active.Count == 0)
        {
            _clients.Forgive();
        }
    }

    private string Describe() =>
        $"It does not come to rest: {_node.Fills.Active} fills; asked: {string.Join(", ", _origin.Questions.Select(_upstream.NameOf))}; bodies: "
        + string.Join(", ", _origin.Bodies.Select(open => $"{_upstream.NameOf(open.Question)}{(open.Body.IsWaiting ? " waits" : string.Empty)}"))
        + $"; waiting for confirmation: {string.Join(", ", _clients.Active.Where(client => client.IsConfirming))}; evicts: {_node.Store.Eviction.IsEvicting}.";

    private bool IsAtRest()
    {
        var questions = _origin.Questions;
        return IsNoFillWorking()
            && _node.Confirming.All(asked => questions.Any(question => !question.IsFill && (question.Repository, question.Digest) == asked))
            && !_node.Store.Eviction.IsEvicting;
    }

    /// <summary>Whether every fill waits for its upstream, or for its readers.</summary>
    private bool IsNoFillWorking() =>
        _node.Fills.Active == _node.Fills.HeldUp + _origin.Questions.Count(question => question.IsFill) + _origin.Bodies.Count(open => open.Question.IsFill && open.Body.IsWaiting);

    /// <summary>Nothing is broken any more: all who wait must be served, and all that can be had.</summary>
    private void CalmDown()
    {
        Note("all is well from here on");
        _disk.Fault = DiskFault.None;
        for (var round = 0; round < 1000 && (_clients.Active.Count > 0 || _node.Fills.Active > 0); round++)
        {
            GoOn();
        }

        if (_clients.Active.Count > 0 || _node.Fills.Active > 0)
        {
            throw new SimulationFailedException($"{_clients.Active.Count} clients and {_node.Fills.Active} fills never end.");
        }

        foreach (var wanted in _content.Objects)
        {
            foreach (var repository in wanted.Holders)
            {
                var client = PullAlone(wanted, repository);
                if (client.State == SimClientState.Failed && _clients.TryExcuse(wanted.Digest))
                {
                    client = PullAlone(wanted, repository);
                }

                if (client.State != SimClientState.Served)
                {
                    throw new SimulationFailedException($"{client} is not served although nothing is broken: {client.State} {client.Failure}.");
                }
            }
        }
    }

    private SimClient PullAlone(SimObject wanted, RepositoryKey repository)
    {
        var client = _clients.Come(wanted, repository);
        for (var round = 0; round < 1000 && client.State == SimClientState.Active; round++)
        {
            GoOn();
        }

        return client;
    }

    /// <summary>Everybody takes a step, and nobody breaks anything.</summary>
    private void GoOn()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var question in _origin.Questions)
        {
            _upstream.Answer(question, isFault: false);
        }

        Settle();
        foreach (var (question, body) in _origin.Bodies)
        {
            _upstream.Feed(question, body, isFault: false);
        }

        Settle();
        foreach (var client in _clients.Active.ToList())
        {
            client.Step(_node, int.MaxValue);
            Settle();
        }

        _invariants.CheckAlways();
    }
}
