using System.Net.Sockets;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Peers;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>
/// Measures cells at the servers of a stage in turn, A B C, B C A …, so that what changes on the machine meanwhile meets all of them. Used once.
/// </summary>
/// <param name="origin">What all servers fetch from; it is a server itself in the cells that include it.</param>
/// <param name="output">Where samples are added, also those of a run that is ended; and one line a cell.</param>
internal sealed class PeerBench(PeerStage stage, OriginProcess origin, int rounds, (List<CellSample> Samples, TextWriter Progress) output)
{
    /// <summary>
    /// A server that was left in the middle of answers has to notice it: docker-registry asks the origin, and takes the processor of whoever comes next, for
    /// some time after its clients are gone.
    /// </summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    /// <summary>What idle servers take together in one rest: a tick of the clock each.</summary>
    private static readonly TimeSpan IdleCpu = TimeSpan.FromMilliseconds(20);

    private const int MaxRests = 50;

    /// <summary>A throttled origin goes on counting what it had promised to the connections of a server that was given up: 100 pieces of 64 KiB at 10 MB/s.</summary>
    private static readonly TimeSpan OriginRest = TimeSpan.FromSeconds(1);

    /// <summary>For one step of one server: more means that it hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly PeerServer _origin = new(PeerServer.OriginName, origin.Catalog.Url, null, origin.Id, null);

    public async Task RunAsync(IEnumerable<ICell> cells, CancellationToken cancellationToken)
    {
        foreach (var cell in cells)
        {
            await RunAsync(cell, cancellationToken);
            var headlines = output.Samples.Where(sample => sample.Cell == cell.Name).GroupBy(sample => sample.Server).Select(Describe);
            await output.Progress.WriteLineAsync($"{cell.Name}: {string.Join(", ", headlines)}".AsMemory(), cancellationToken);
        }
    }

    private async Task RunAsync(ICell cell, CancellationToken cancellationToken)
    {
        var names = await PrepareAsync(cell, cancellationToken);
        for (var round = 1; round <= Math.Min(rounds, cell.MaxRounds); round++)
        {
            // By name: a server may be another one after a restart.
            var first = names.Count == 0 ? 0 : (round - 1) % names.Count;
            foreach (var name in (List<string>)[.. names[first..], .. names[..first]])
            {
                await RestAsync(cancellationToken);
                var server = ServersOf(cell).Single(server => server.Name == name);
                if (!await TryAsync(cell, server, round, async limited => await cell.MeasureAsync(server, round, limited), cancellationToken))
                {
                    names.Remove(name);
                    await RestartAsync(server, cancellationToken);
                }
            }
        }
    }

    /// <summary>The names of the servers that are ready for the cell.</summary>
    private async Task<List<string>> PrepareAsync(ICell cell, CancellationToken cancellationToken)
    {
        var ready = new List<string>();
        foreach (var server in cell.NeedsFreshServers ? ServersOf(cell).ToList() : [])
        {
            await RestartAsync(server, cancellationToken);
        }

        foreach (var server in ServersOf(cell).ToList())
        {
            if (await TryAsync(cell, server, 0, limited => PrepareAsync(cell, server, limited), cancellationToken))
            {
                ready.Add(server.Name);
            }
        }

        return ready;
    }

    /// <summary>Until nobody asks the origin for anything, and no server is at work.</summary>
    private async Task RestAsync(CancellationToken cancellationToken)
    {
        var before = (Requests: -1, Cpu: TimeSpan.Zero);
        for (var rests = 0; rests < MaxRests; rests++)
        {
            var counts = await origin.CountAsync(cancellationToken);
            var cpu = stage.Servers.Aggregate(TimeSpan.Zero, (sum, server) => sum + server.ReadCpu());
            if (counts.Requests == before.Requests && cpu - before.Cpu <= IdleCpu)
            {
                return;
            }

            before = (counts.Requests, cpu);
            await Task.Delay(Rest, cancellationToken);
        }
    }

    private IEnumerable<PeerServer> ServersOf(ICell cell) => stage.Servers.Where(cell.CanMeasure).Concat(cell.IncludesOrigin ? [_origin] : []);

    private static async Task<CellMeasure?> PrepareAsync(ICell cell, PeerServer server, CancellationToken cancellationToken)
    {
        await cell.PrepareAsync(server, cancellationToken);
        return null;
    }

    /// <summary>False where this server cannot go on with the cell.</summary>
    private async Task<bool> TryAsync(ICell cell, PeerServer server, int round, Func<CancellationToken, Task<CellMeasure?>> run, CancellationToken cancellationToken)
    {
        CellMeasure? measure;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Patience);
        try
        {
            measure = await run(limited.Token);
        }
        catch (Exception error) when (
            error is InvalidDataException or IOException or SocketException or HttpRequestException or InvalidOperationException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            measure = new CellMeasure([], error.Message) { IsGivenUp = true };
        }

        if (measure is not null)
        {
            output.Samples.Add(new CellSample(cell.Name, server.Name, round, measure));
        }

        return measure?.IsGivenUp != true;
    }

    private async Task RestartAsync(PeerServer server, CancellationToken cancellationToken)
    {
        if (server != _origin)
        {
            await stage.RestartAsync(server, cancellationToken);
            await Task.Delay(OriginRest, cancellationToken);
        }
    }

    private static string Describe(IGrouping<string, CellSample> samples)
    {
        var values = samples.SelectMany(sample => sample.Measure.Figures.Where(figure => figure.Kind == FigureKind.Headline).Take(1)).ToList();
        var problem = samples.Select(sample => sample.Measure.Problem).FirstOrDefault(problem => problem is not null);
        var text = values.Count == 0 ? "nothing" : $"{Median.Of(values.Select(figure => figure.Value)):0.#} {values[0].Name}";
        return $"{samples.Key} {text}{(problem is null ? string.Empty : $" ({problem})")}";
    }
}
