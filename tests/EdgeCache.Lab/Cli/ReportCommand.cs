using System.CommandLine;
using System.Globalization;
using EdgeCache.Lab.Http;
using EdgeCache.Lab.LostWrites;
using EdgeCache.Lab.PowerCuts;
using EdgeCache.Lab.Simulation;
using EdgeCache.Lab.SlowReaders;
using EdgeCache.Lab.SystemCalls;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Lab.Cli;

/// <summary>The verb <c>report</c>: the table of src/RELIABILITY.md.</summary>
internal static class ReportCommand
{
    private const string NotRun = "not run: ";

    public static Command Create()
    {
        var share = new Option<int>("--percent") { Description = "How much of the full count is run: 10,000 seeds, 1,000 power cuts, 200 disks that lose writes, 10,000 kills, 1,000 disk errors, 20 of each HTTP fault, 20 nodes in little memory.", DefaultValueFactory = _ => 100 };
        var command = new Command("report", "Runs every experiment and prints a table: what is promised, what was tried, how often, and what came of it.") { share };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (output, percent) = (result.InvocationConfiguration.Output, result.GetValue(share));
            await output.WriteLineAsync("| promise | what was tried | how often | result |\n|---|---|---:|---|");
            await WriteAsync("No wrong byte is served, one fetch at a time, the books balance, nobody fails for a disk or a cut", "seeded simulation of store, fills and eviction", RunSeeds);
            await WriteAsync("What is published survives a power cut, and is whole", "power cut of ext4 within fills and evictions", token => CutPowerAsync(Of(1000), token));
            await WriteAsync("What a disk has taken and lost is served to nobody as whole", "ext4 whose device takes no more, under slow clients of growing files", token => LoseWritesAsync(Of(200), token));
            await WriteAsync("A kill leaves nothing wrong, and nothing that is not swept", "kill -9 at each system call of a fill", token => TamperAsync(Tampering.Kills, runs => runs.Killed, Of(10_000), token));
            await WriteAsync("A disk that fails is no wrong byte, and nothing is taken for durable that is not", "EIO, ENOSPC, EROFS at each system call of a fill", token => TamperAsync(Tampering.DiskErrors, runs => runs.Ended, Of(1000), token));
            await WriteAsync("Slow readers cost a node in little memory nothing, and the others no pull", "slow and stalled clients of a node in a memory cgroup, beside pulls of twice as much", token => ReadSlowlyAsync(isDiskFull: false, Of(20), token));
            await WriteAsync("The same on a full disk; who finds no place in memory is told so", "the same, and everything passes through memory", token => ReadSlowlyAsync(isDiskFull: true, Of(20), token));
            await WriteAsync("Whatever an upstream's HTTP does, clients get what is promised, upstream is asked no more than is promised, and nothing stays of it", "each HTTP fault of a real node's upstream, with clients, endpoints, contracts and places by chance", token => FailAsync(Of(20), token));
            await WriteAsync("A line that breaks brings the whole in one request", "1 GiB over an upstream that cuts every 50 MiB", _ => CutAsync(Of(1 << 10), Of(50)));

            int Of(int full) => Math.Max(1, full * percent / 100);

            Task<(int, string)> RunSeeds(CancellationToken token)
            {
                var totals = new SeededRuns(first: 1, Of(10_000)).Run();
                return Task.FromResult((Of(10_000), string.Create(
                    CultureInfo.InvariantCulture,
                    $"{totals.Steps:N0} steps, {totals.Served:N0} pulls served, {totals.Faults + totals.DiskHits:N0} faults, {totals.Restarts:N0} restarts, 0 violations")));
            }

            async Task WriteAsync(string promise, string tried, Func<CancellationToken, Task<(int Count, string Result)>> run)
            {
                var (count, text) = await run(cancellationToken);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {promise} | {tried} | {count:N0} | {text} |"));
                await output.FlushAsync(cancellationToken);
            }
        });
        return command;
    }

    private static async Task<(int Count, string Result)> CutPowerAsync(int count, CancellationToken cancellationToken)
    {
        if (LoopFileSystem.ExplainSkip() is { } obstacle)
        {
            return (0, NotRun + obstacle);
        }

        var runs = new PowerCutRuns(seed: 1);
        await runs.RunAsync(count, progress: null, cancellationToken);
        return (count, string.Create(CultureInfo.InvariantCulture, $"{runs.InFills:N0} within a fill; {runs.Verified:N0} files verified, 0 wrong, 0 lost"));
    }

    private static async Task<(int Count, string Result)> LoseWritesAsync(int count, CancellationToken cancellationToken)
    {
        if (LoopFileSystem.ExplainSkip() is { } obstacle)
        {
            return (0, NotRun + obstacle);
        }

        var runs = new LostWriteRuns(seed: 1);
        await runs.RunAsync(count, cancellationToken);
        return (count, string.Create(CultureInfo.InvariantCulture, $"{runs.Whole:N0} pulls whole and right, {runs.Failed:N0} cut or refused, 0 wrong"));
    }

    private static async Task<(int Count, string Result)> ReadSlowlyAsync(bool isDiskFull, int count, CancellationToken cancellationToken)
    {
        var settings = new SlowReaderSettings { IsDiskFull = isDiskFull };
        if (SlowReaderRuns.ExplainSkip(settings) is { } obstacle)
        {
            return (0, NotRun + obstacle);
        }

        var runs = new SlowReaderRuns(settings, seed: 1);
        await runs.RunAsync(count, cancellationToken);
        return (count, runs.Totals.ToString());
    }

    private static async Task<(int Count, string Result)> FailAsync(int count, CancellationToken cancellationToken)
    {
        var runs = new FaultRuns(seed: 1, HttpFaults.All);
        await runs.RunAsync(first: 1, count, progress: null, cancellationToken);
        return ((int)runs.Totals.Runs, runs.Totals.ToString());
    }

    private static async Task<(int Count, string Result)> CutAsync(long sizeMiB, long everyMiB)
    {
        var line = new CutLine(sizeMiB << 20, everyMiB << 20, Resets: false, Seed: 1);
        return (1, CutsCommand.Describe(line, await line.PullAsync()));
    }

    private static async Task<(int Count, string Result)> TamperAsync(
        IReadOnlyList<Tampering> tamperings, Func<TamperedRuns, int> number, int count, CancellationToken cancellationToken)
    {
        if (RealProgram.ExplainSkip(TamperedRuns.Programs) is { } obstacle)
        {
            return (0, NotRun + obstacle);
        }

        var runs = new TamperedRuns(tamperings, seed: 1);
        await runs.RunAsync(() => number(runs) >= count, progress: null, cancellationToken);
        return (number(runs), string.Create(CultureInfo.InvariantCulture, $"{runs.Verified:N0} files verified, 0 wrong, 0 left over"));
    }
}
