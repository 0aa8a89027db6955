using System.Globalization;
using EdgeCache.Load.Scenarios.Runs;
using Spectre.Console;

namespace EdgeCache.Load.Reporting;

/// <summary>
/// Shows a run while it goes on: a table that is drawn again with each sample where a terminal is there, else a line now and then. Used once.
/// </summary>
internal sealed class LiveProgress
{
    private const int ShownSamples = 12;
    private const int BarWidth = 40;
    private static readonly string[] Columns = ["s", "pulls/s", "p50 ms", "p99 ms", "MiB/s", "upstream MiB/s", "hits %", "bytes %", "failed", "in flight"];
    private static readonly TimeSpan LinePeriod = TimeSpan.FromSeconds(5);

    private readonly TextWriter _lines;
    private readonly RunSettings _settings;
    private readonly bool _isTerminal;

    private LiveProgress(TextWriter lines, RunSettings settings, bool isTerminal) => (_lines, _settings, _isTerminal) = (lines, settings, isTerminal);

    /// <param name="output">Where the table is drawn; only the process's own output can be a terminal.</param>
    /// <param name="error">Where lines go, so that the output has the report alone.</param>
    public static LiveProgress Create(TextWriter output, TextWriter error, RunSettings settings) =>
        new(error, settings, ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi);

    /// <summary>Runs what tells of its samples, and shows them meanwhile.</summary>
    public Task<RunFigures> RunAsync(Func<IProgress<RunSample>, Task<RunFigures>> run) => _isTerminal
        ? AnsiConsole.Live(new Text("starting")).AutoClear(true).StartAsync(context => run(new TableView(context, _settings)))
        : run(new LineView(_lines, _settings));

    private static string[] CellsOf(RunSample sample) =>
    [
        $"{sample.At.TotalSeconds:0}",
        Units.Number((sample.Clients.Pulls + sample.Clients.UpToDate) / sample.Length.TotalSeconds, "0.0"),
        Units.Milliseconds(sample.Pulls.P50),
        Units.Milliseconds(sample.Pulls.P99),
        Units.Number(sample.Clients.Bytes / sample.Length.TotalSeconds / 1048576, "0.0"),
        Units.Number(sample.UpstreamBytes / sample.Length.TotalSeconds / 1048576, "0.0"),
        Percent(sample.Outside?.ByCount),
        Percent(sample.Outside?.ByBytes),
        Units.Number(sample.Clients.Failures + sample.Clients.Mismatches),
        Units.Number(sample.InFlight),
    ];

    /// <summary>Below zero where more came from upstream in a window than was given on in it: that is for the next one.</summary>
    private static string Percent(double? share) => Units.Number(share is { } known ? Math.Max(0, known * 100) : null, "0.0");

    private sealed class TableView(LiveDisplayContext context, RunSettings settings) : IProgress<RunSample>
    {
        private readonly Queue<RunSample> _shown = new();

        public void Report(RunSample sample)
        {
            _shown.Enqueue(sample);
            if (_shown.Count > ShownSamples)
            {
                _shown.Dequeue();
            }

            var done = Math.Clamp(sample.At / settings.Duration, 0, 1);
            var bar = new string('█', (int)(done * BarWidth)).PadRight(BarWidth, '░');
            var table = new Table { Title = new TableTitle(string.Create(CultureInfo.InvariantCulture, $"{settings.Scenario}  {bar}  {sample.At.TotalSeconds:0} of {settings.Duration.TotalSeconds:0} s")) };
            foreach (var column in Columns)
            {
                table.AddColumn(new TableColumn(column).RightAligned());
            }

            foreach (var row in _shown)
            {
                table.AddRow([.. CellsOf(row).Select(cell => new Text(cell))]);
            }

            context.UpdateTarget(table);
        }
    }

    private sealed class LineView(TextWriter output, RunSettings settings) : IProgress<RunSample>
    {
        private TimeSpan _next = LinePeriod;

        public void Report(RunSample sample)
        {
            if (sample.At < _next)
            {
                return;
            }

            _next = sample.At + LinePeriod;
            output.WriteLine($"{settings.Scenario}: " + string.Join(", ", Columns.Zip(CellsOf(sample), (column, cell) => $"{column} {cell}")));
        }
    }
}
