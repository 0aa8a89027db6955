using System.Globalization;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Peers;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>A closed loop on one cached object as wrk makes it: a judge of request rates from outside. It runs where the driver runs.</summary>
internal sealed class WrkCell(string name, Wanted wanted, int connections, CellBench bench) : ICell
{
    public const string Program = "wrk";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Name => name;

    public int MaxRounds => int.MaxValue;

    public Task PrepareAsync(PeerServer server, CancellationToken cancellationToken) =>
        bench.WarmUp.Knows(server)
            ? bench.Check.EnsureHitAsync(server, wanted, cancellationToken)
            : new HitCell(name, wanted, new HitLoad(connections), bench).PrepareAsync(server, cancellationToken);

    public async Task<CellMeasure> MeasureAsync(PeerServer server, int round, CancellationToken cancellationToken)
    {
        // It knows whole seconds only.
        var seconds = Math.Max(1, (int)Math.Ceiling(bench.Settings.Duration.TotalSeconds));
        List<string> arguments = ["-t", "1", "-c", Number(connections), "-d", $"{seconds}s", "--latency"];
        if (wanted.Accept is { } accept)
        {
            arguments.AddRange(["-H", $"Accept: {accept}"]);
        }

        arguments.Add(new Uri(server.Url, wanted.Path).AbsoluteUri);
        var before = await bench.Origin.CountAsync(cancellationToken);
        var meter = new CostMeter(server);
        var result = await RealProcess.RunAsync(Program, arguments, timeout: TimeSpan.FromSeconds(seconds) + Patience);
        var cost = meter.Read();
        var asked = (await bench.Origin.CountAsync(cancellationToken)).Requests - before.Requests;
        var output = WrkOutput.Parse(result.All);
        return new CellMeasure(
            [
                new Figure("requests/s", FigureKind.Headline, true, output.RequestsPerSecond),
                new Figure("CPU s/10k", FigureKind.Cpu, false, cost.ServerCpu.TotalSeconds * 10_000 / Math.Max(1, output.Requests)),
                new Figure("p50 ms", FigureKind.Detail, false, output.LatencyP50.TotalMilliseconds),
                new Figure("p99 ms", FigureKind.Detail, false, output.LatencyP99.TotalMilliseconds),
            ],
            output.Failures > 0 ? $"{output.Failures} requests failed" : asked > 0 ? $"{asked} requests to the origin: no hits" : null);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
