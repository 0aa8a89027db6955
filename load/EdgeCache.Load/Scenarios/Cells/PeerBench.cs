using System.Net.Sockets;
using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>
/// Measures cells at the servers of a stage in turn, A B C, B C A …, so that what changes on the machine meanwhile meets all of them. Used once.
/// </summary>
/// <param name="origin">The origin as a server, for the cells that include it.</param>
/// <param name="progress">One line a cell.</param>
internal sealed class PeerBench(PeerStage stage, PeerServer origin, int rounds, TextWriter progress)
{
    /// <summary>A server that was left in the middle of answers has to notice it.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    private readonly List<CellSample> _samples = [];

    /// <summary>All so far, also of a run that was ended.</summary>
    public IReadOnlyList<CellSample> Samples => _samples;

    public async Task RunAsync(IEnumerable<ICell> cells, CancellationToken cancellationToken)
    {
        foreach (var cell in cells)
        {
            await RunAsync(cell, cancellationToken);
            var headlines = _samples.Where(sample => sample.Cell == cell.Name).GroupBy(sample => sample.Server).Select(Describe);
            await progress.WriteLineAsync($"{cell.Name}: {string.Join(", ", headlines)}".AsMemory(), cancellationToken);
        }
    }

    private async Task RunAsync(ICell cell, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var server in ServersOf(cell).ToList())
        {
            if (await TryAsync(cell, server, 0, () => PrepareAsync(cell, server, cancellationToken), cancellationToken))
            {
                names.Add(server.Name);
            }
        }

        for (var round = 1; round <= Math.Min(rounds, cell.MaxRounds); round++)
        {
            // By name: a server may be another one after a restart.
            foreach (var name in names.Skip((round - 1) % Math.Max(1, names.Count)).Concat(names.Take((round - 1) % Math.Max(1, names.Count))).ToList())
            {
                var server = ServersOf(cell).Single(server => server.Name == name);
                if (!await TryAsync(cell, server, round, async () => await cell.MeasureAsync(server, round, cancellationToken), cancellationToken))
                {
                    names.Remove(name);
                    await RestartAsync(server, cancellationToken);
                }

                await Task.Delay(Rest, cancellationToken);
            }
        }
    }

    private IEnumerable<PeerServer> ServersOf(ICell cell) => stage.Servers.Where(cell.CanMeasure).Concat(cell.IncludesOrigin ? [origin] : []);

    private static async Task<CellMeasure?> PrepareAsync(ICell cell, PeerServer server, CancellationToken cancellationToken)
    {
        await cell.PrepareAsync(server, cancellationToken);
        return null;
    }

    /// <summary>False where this server cannot go on with the cell.</summary>
    private async Task<bool> TryAsync(ICell cell, PeerServer server, int round, Func<Task<CellMeasure?>> run, CancellationToken cancellationToken)
    {
        CellMeasure? measure;
        try
        {
            measure = await run();
        }
        catch (Exception error) when (
            error is InvalidDataException or IOException or SocketException or HttpRequestException or InvalidOperationException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            measure = new CellMeasure([], error.Message) { IsGivenUp = true };
        }

        if (measure is not null)
        {
            _samples.Add(new CellSample(cell.Name, server.Name, round, measure));
        }

        return measure?.IsGivenUp != true;
    }

    private async Task RestartAsync(PeerServer server, CancellationToken cancellationToken)
    {
        if (server != origin)
        {
            await stage.RestartAsync(server, cancellationToken);
        }
    }

    private static string Describe(IGrouping<string, CellSample> samples)
    {
        var values = samples.SelectMany(sample => sample.Measure.Figures.Where(figure => figure.Kind == FigureKind.Headline).Take(1)).ToList();
        var problem = samples.Select(sample => sample.Measure.Problem).FirstOrDefault(problem => problem is not null);
        var text = values.Count == 0 ? "nothing" : $"{Measuring.Median.Of(values.Select(figure => figure.Value)):0.#} {values[0].Name}";
        return $"{samples.Key} {text}{(problem is null ? string.Empty : $" ({problem})")}";
    }
}
