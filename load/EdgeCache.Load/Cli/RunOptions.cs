using System.CommandLine;
using EdgeCache.Load.Processes;
using EdgeCache.Load.Scenarios.Runs;
using EdgeCache.Load.Workload;

namespace EdgeCache.Load.Cli;

/// <summary>The options that are laid over a scenario's own settings.</summary>
internal sealed class RunOptions
{
    private readonly Option<TimeSpan> _duration = Optional(ValueOption.Duration(
        "--duration", (TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)), default, "How long pulls are started."));

    private readonly Option<double> _rate = Optional(ValueOption.Number(
        "--rate", (0.001, 100_000), default, "Pulls per second of an open loop, storms per second of cold-storm; makes hot-hit an open loop."));

    private readonly Option<ArrivalPattern> _arrivals = new("--arrivals")
    {
        Description = "How the pulls of an open loop lie in time: bursty (as in the registry trace, coefficient of variation 2.26), poisson or even.",
        DefaultValueFactory = _ => ArrivalPattern.Bursty,
    };

    private readonly Option<int> _clients = Optional(ValueOption.Count(
        "--clients", (1, 10_000), default, "Simulated clients; makes a scenario of an open loop a closed one unless --rate is given too."));

    private readonly Option<int> _clientStore = Optional(ValueOption.Count(
        "--client-store", (0, 1_000_000), default, "Digests that each client remembers and pulls no more; 0: each pull is by a new client."));

    private readonly Option<int> _images = Optional(ValueOption.Count("--images", (1, 100_000), default, "Different images, besides those that are pulled once."));
    private readonly Option<double> _oneTimers = Optional(ValueOption.Number("--one-timers", (0, 1), default, "The share of pulls of images that nobody asks for again."));
    private readonly Option<double> _zipf = Optional(ValueOption.Number("--zipf", (0, 3), default, "One exponent for the images' popularity instead of the trace's pieces."));
    private readonly Option<int> _seed = ValueOption.Count("--seed", (0, int.MaxValue), 1, "Of content, popularity and arrivals: the same seed asks for the same.");
    private readonly Option<double> _scale = ValueOption.Number("--scale", (0.00001, 1), 0.02, "What the blobs' real sizes, 14 MB in the mean, are multiplied by.");
    private readonly Option<ByteCount> _cache = Optional(ValueOption.Size("--cache", (16 << 20, 1L << 50), default, "The limit of each node's cache."));
    private readonly Option<int> _nodes = Optional(ValueOption.Count("--nodes", (1, 16), default, "Nodes; more than one stand behind a balancer."));
    private readonly Option<int> _link = Optional(ValueOption.Count("--link", (1, 100_000), default, "Mbit/s between nodes and origin."));
    private readonly Option<TimeSpan> _roundTrip = ValueOption.Duration(
        "--round-trip", (TimeSpan.Zero, TimeSpan.FromSeconds(2)), TimeSpan.FromMilliseconds(50), "With a --link: there and back.");

    private readonly Option<int> _inFlight = ValueOption.Count("--in-flight", (1, 20_000), 500, "Pulls of an open loop at once; what cannot start within 10 s of its time is left out and counted.");
    private readonly Option<TimeSpan> _pullLimit = Optional(ValueOption.Duration(
        "--pull-limit", (TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)), default, "When a pull is given up."));

    public RunOptions() => _arrivals.AcceptOnlyFromAmong("bursty", "poisson", "even");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])
            [_duration, _rate, _arrivals, _clients, _clientStore, _images, _oneTimers, _zipf, _seed, _scale, _cache, _nodes, _link, _roundTrip, _inFlight, _pullLimit])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>A scenario's settings with what the command line says.</summary>
    public RunSettings Read(ParseResult result, RunSettings scenario)
    {
        var pace = scenario.Loop switch
        {
            LoopKind.Closed when ValueOption.IsGiven(result, _rate) => LoopKind.Open,
            LoopKind.Open when ValueOption.IsGiven(result, _clients) && !ValueOption.IsGiven(result, _rate) => LoopKind.Closed,
            var own => own,
        };
        return scenario with
        {
            Loop = pace,
            Duration = Read(result, _duration, scenario.Duration),
            Rate = Read(result, _rate, scenario.Rate),
            Arrivals = result.GetValue(_arrivals),
            Clients = Read(result, _clients, scenario.Clients),
            ClientStore = Read(result, _clientStore, scenario.ClientStore),
            Images = Read(result, _images, scenario.Images),
            OneTimers = Read(result, _oneTimers, scenario.OneTimers),
            Zipf = ValueOption.IsGiven(result, _zipf) ? result.GetValue(_zipf) : scenario.Zipf,
            Seed = result.GetValue(_seed),
            Scale = result.GetValue(_scale),
            CacheBytes = ValueOption.IsGiven(result, _cache) ? result.GetValue(_cache).Bytes : scenario.CacheBytes,
            Nodes = Read(result, _nodes, scenario.Nodes),
            Link = ValueOption.IsGiven(result, _link) ? new LinkPace(result.GetValue(_link), result.GetValue(_roundTrip)) : scenario.Link,
            InFlight = result.GetValue(_inFlight),
            PullLimit = Read(result, _pullLimit, scenario.PullLimit),
        };
    }

    private static Option<T> Optional<T>(Option<T> option) => ValueOption.WithoutDefault(option);

    private static T Read<T>(ParseResult result, Option<T> option, T otherwise) => ValueOption.IsGiven(result, option) && result.GetValue(option) is { } given ? given : otherwise;
}
