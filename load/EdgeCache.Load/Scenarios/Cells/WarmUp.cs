using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>
/// Runs a loop before it is measured, until an answer gets no cheaper: a runtime that compiles as it goes needs seconds for that, others do not.
/// One caller at a time.
/// </summary>
internal sealed class WarmUp(BenchSettings settings)
{
    private const int MaxWindows = 20;

    /// <summary>More is noise.</summary>
    private const double Cheaper = 0.95;

    private readonly HashSet<PeerServer> _known = [];

    /// <summary>Whether it was warmed up before, by any loop.</summary>
    public bool Knows(PeerServer server) => _known.Contains(server);

    /// <param name="run">Runs the loop through a window and gives what it counted.</param>
    public async Task RunAsync(PeerServer server, Func<LoopWindow, Task<LoopResult>> run)
    {
        // .NET's node went on getting cheaper for 8 s after its start, with one core to serve and to compile on.
        var patience = settings.IsQuick ? 2 : _known.Add(server) ? 12 : 3;
        var (cheapest, since) = (double.MaxValue, 0);
        for (var window = 0; window < MaxWindows && since < patience; window++)
        {
            var result = await run(new LoopWindow(server, TimeSpan.Zero, settings.WarmUpWindow));
            var cost = result.Cost.ServerCpu.TotalSeconds / Math.Max(1, result.Bytes);
            since = cost < cheapest * Cheaper ? 0 : since + 1;
            cheapest = Math.Min(cheapest, cost);
        }
    }
}
