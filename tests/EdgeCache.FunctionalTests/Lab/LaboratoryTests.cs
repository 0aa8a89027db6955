using EdgeCache.Lab.Http;
using EdgeCache.Lab.LostWrites;
using EdgeCache.Lab.PowerCuts;
using EdgeCache.Lab.Simulation;
using EdgeCache.Lab.SlowReaders;
using EdgeCache.Lab.SystemCalls;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.Lab;

/// <summary>A share of the laboratory's experiments (tests/EdgeCache.Lab), which run there as often as one likes.</summary>
public class LaboratoryTests
{
    private const int Seeds = 300;
    private const int PowerCuts = 15;
    private const int LostWriteDisks = 12;
    private const int Kills = 24;
    private const int DiskErrors = 16;
    private const int SlowClients = 20;
    private const int MiB = 1 << 20;

    [Fact]
    public void Simulation_KeepsTheInvariants()
    {
        var totals = new SeededRuns(first: 1, Seeds).Run();
        Assert.All([totals.Served, totals.Failed, totals.Faults, totals.DiskHits, totals.Evicted, totals.Restarts], happened => Assert.True(happened > Seeds / 10));
        Assert.True(totals.Kept > 0);
        Assert.True(totals.HeldUp > 0);
    }

    [Theory]
    [InlineData(4711)]
    [InlineData(150)]
    [InlineData(1098)]
    public void Simulation_OfTheSameSeed_IsTheSame(int seed)
    {
        string[] traces = [.. Enumerable.Range(0, 2).Select(_ => TraceOf(seed))];
        Assert.Equal(traces[0], traces[1]);
    }

    [LoopFileSystemFact]
    public async Task PowerCuts_LoseNothingPublishedAndLeaveNothingWrong()
    {
        var runs = new PowerCutRuns(seed: 1);
        await runs.RunAsync(PowerCuts, progress: null, CancellationToken.None);
        Assert.True(runs.InFills > 0);
        Assert.True(runs.Verified > PowerCuts);
    }

    [LoopFileSystemFact]
    public async Task LostWrites_AreNobodysWhole()
    {
        var runs = new LostWriteRuns(seed: 9);
        await runs.RunAsync(LostWriteDisks, CancellationToken.None);
        Assert.True(runs.Whole > LostWriteDisks);
    }

    [RealProgramFact("strace")]
    public async Task KilledAtASystemCall_LeavesNothingWrong()
    {
        var runs = new TamperedRuns(Tampering.Kills, seed: 1);
        await runs.RunAsync(() => runs.Killed >= Kills, progress: null, CancellationToken.None);
        Assert.True(runs.Verified > Kills);
    }

    [RealProgramFact("strace")]
    public async Task DiskThatFailsAtASystemCall_LeavesNothingWrong()
    {
        var runs = new TamperedRuns(Tampering.DiskErrors, seed: 1);
        await runs.RunAsync(() => runs.Ended >= DiskErrors, progress: null, CancellationToken.None);
        Assert.Equal(0, runs.Killed);
        Assert.True(runs.Verified > DiskErrors);
    }

    [MemoryGroupFact]
    public async Task SlowReadersInLittleMemory_CostTheOthersNothing()
    {
        var settings = new SlowReaderSettings
        {
            MemoryBytes = MemoryGroupFactAttribute.MemoryBytes,
            Clients = SlowClients,
            Pullers = 4,
            PullsEach = 1,
            StallTimeout = TimeSpan.FromMinutes(5),
            OutlastsStallTimeout = false,
        };
        var runs = new SlowReaderRuns(settings, seed: 1);
        await runs.RunAsync(count: 1, CancellationToken.None);
        Assert.Equal((SlowClients, 0, 0), (runs.Totals.SlowWhole, runs.Totals.SlowCut, runs.Totals.Refused));
    }

    [Fact]
    public async Task FaultsOfHttp_GiveClientsWhatIsPromised()
    {
        var runs = new FaultRuns(seed: 1, HttpFaults.All);
        await runs.RunAsync(first: 1, count: 1, progress: null, CancellationToken.None);
        Assert.Equal(HttpFaults.All.Count, runs.Totals.Runs);
        Assert.All([PullOutcome.Whole, PullOutcome.Refused], outcome => Assert.True(runs.Totals.Of(outcome) > 0));
        Assert.Equal(0, runs.Totals.Of(PullOutcome.Wrong));
    }

    [Theory]
    [InlineData(128, 6, false)]
    [InlineData(16, 2, true)]
    public async Task LineThatBreaksAgainAndAgain_BringsTheWholeInOneRequest(int sizeMiB, int everyMiB, bool resets)
    {
        var result = await new CutLine((long)sizeMiB * MiB, (long)everyMiB * MiB, resets, Seed: 1).PullAsync();
        Assert.InRange(result.UpstreamRequests, sizeMiB / everyMiB, (sizeMiB / everyMiB * 3) + 200);
    }

    private static string TraceOf(int seed)
    {
        using var simulation = new Simulation(seed);
        simulation.Run(SeededRuns.Steps);
        return string.Join('\n', simulation.Trace);
    }
}
