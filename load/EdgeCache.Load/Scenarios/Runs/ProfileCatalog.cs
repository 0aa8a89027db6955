using EdgeCache.Load.Processes;
using EdgeCache.Load.Workload;

namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>All scenarios of <c>run</c>.</summary>
internal static class ProfileCatalog
{
    private const double FirstThird = 1.0 / 3;
    private const double SecondThird = 2.0 / 3;
    // An event that needs a stage is refused without one before the run begins: there is one.
    private static readonly TimeSpan ShortFreshness = TimeSpan.FromSeconds(1);

    public static IReadOnlyList<RunProfile> All { get; } =
    [
        new("Again and again all clients at once pull one image that nobody has.", new RunSettings
        {
            Scenario = "cold-storm", Loop = LoopKind.Storm, Rate = 0.33, Duration = TimeSpan.FromSeconds(30), Clients = 50, ClientStore = 0, OneTimers = 1,
        }),
        new("Clients without anything pull a few images that are all cached, as fast as they can.", new RunSettings
        {
            Scenario = "hot-hit", Loop = LoopKind.Closed, Duration = TimeSpan.FromSeconds(30), Clients = 16, ClientStore = 0, Images = 50, OneTimers = 0, WarmsUp = true,
        }),
        new("Clients that have most images ask for tags that are fresh for a second and now and then move.", new RunSettings
        {
            Scenario = "tag-revalidation", Rate = 100, Images = 100, OneTimers = 0, WarmsUp = true, TagFreshness = ShortFreshness,
            WavePeriod = TimeSpan.FromSeconds(5), WaveShare = 0.05,
        }),
        new(
            "In the middle third the origin is gone; everything has been pulled before, tags are fresh for a second.",
            new RunSettings { Scenario = "origin-down", ClientStore = 0, Images = 200, OneTimers = 0, WarmsUp = true, TagFreshness = ShortFreshness },
            new RunEvent(FirstThird, "origin down", (stage, _, token) => stage!.StopOriginAsync(token)),
            new RunEvent(SecondThird, "origin up", (stage, _, token) => stage!.StartOriginAsync(token))),
        new(
            "Three nodes behind a balancer; after a third of the time one is killed, after two thirds it is back.",
            new RunSettings { Scenario = "node-loss", Rate = 10, Nodes = 3, OneTimers = 0.05, ClientStore = 0 },
            new RunEvent(FirstThird, "node killed", (stage, _, token) => stage!.KillNodeAsync(0, token)),
            new RunEvent(SecondThird, "node back", (stage, _, token) => stage!.RestartNodeAsync(0, token))),
        new("100 Mbit/s and 50 ms between node and origin, a cold cache.", new RunSettings
        {
            Scenario = "slow-link", Rate = 5, Images = 100, OneTimers = 0.05, Link = new LinkPace(100, TimeSpan.FromMilliseconds(50)), PullLimit = TimeSpan.FromMinutes(5),
        }),
        new(
            "A cache of a quarter of the images; in the middle third nine of ten pulls are of images that nobody asks for again.",
            new RunSettings { Scenario = "scan", CacheShare = 0.25, WarmsUp = true },
            new RunEvent(FirstThird, "scan begins", (_, choice, _) => SetOneTimersAsync(choice, 0.9)) { NeedsNoStage = true },
            new RunEvent(SecondThird, "scan ends", (_, choice, _) => SetOneTimersAsync(choice, 0.21)) { NeedsNoStage = true }),
        new("Deploy waves: every 5 s a tenth of the images gets a new version; a cache of half of them.", new RunSettings
        {
            Scenario = "churn", CacheShare = 0.5, WarmsUp = true, TagFreshness = ShortFreshness, WavePeriod = TimeSpan.FromSeconds(5),
        }),
        new("Churn for ten minutes: the node's memory and open files must stay flat.", new RunSettings
        {
            Scenario = "soak", Duration = TimeSpan.FromMinutes(10), CacheShare = 0.5, WarmsUp = true, TagFreshness = ShortFreshness,
            WavePeriod = TimeSpan.FromSeconds(10), WaveShare = 0.05, JudgesMemory = true,
        }),
    ];

    private static Task SetOneTimersAsync(ImageChoice choice, double share)
    {
        choice.OneTimerShare = share;
        return Task.CompletedTask;
    }
}
