using EdgeCache.Load.Processes;
using EdgeCache.Load.Workload;

namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>What a run does: a profile's word, and the command line's over it.</summary>
internal sealed record RunSettings
{
    public required string Scenario { get; init; }

    public LoopKind Loop { get; init; } = LoopKind.Open;

    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Pulls per second of an open loop.</summary>
    public double Rate { get; init; } = 20;

    public ArrivalPattern Arrivals { get; init; } = ArrivalPattern.Bursty;

    /// <summary>Simulated clients.</summary>
    public int Clients { get; init; } = 200;

    /// <summary>Digests that each client remembers; 0: each pull is by a new client.</summary>
    public int ClientStore { get; init; } = 1000;

    public int Images { get; init; } = 300;

    /// <summary>The file whose order of requests the pulls follow; null is chance.</summary>
    public string? Trace { get; init; }

    /// <summary>The share of pulls of images that nobody asks for again: 0.21 of the trace's blob requests.</summary>
    public double OneTimers { get; init; } = 0.21;

    /// <summary>The exponent of the images' popularity; null is the trace's.</summary>
    public double? Zipf { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>What the blobs' real sizes, 14 MB in the mean, are multiplied by.</summary>
    public double Scale { get; init; } = 0.02;

    public int Nodes { get; init; } = 1;

    /// <summary>Pulls in flight of an open loop.</summary>
    public int InFlight { get; init; } = 500;

    /// <summary>How long one pull may take.</summary>
    public TimeSpan PullLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The nodes' cache; null: <see cref="CacheShare"/>.</summary>
    public long? CacheBytes { get; init; }

    /// <summary>The nodes' cache as a share of all images; null is as much as they like.</summary>
    public double? CacheShare { get; init; }

    /// <summary>How long the nodes serve a tag without asking; null is their default.</summary>
    public TimeSpan? TagFreshness { get; init; }

    /// <summary>Between nodes and origin; null is as fast as this machine.</summary>
    public LinkPace? Link { get; init; }

    /// <summary>Whether each image is pulled once before anything counts.</summary>
    public bool WarmsUp { get; init; }

    /// <summary>The time between two deploy waves; zero is none.</summary>
    public TimeSpan WavePeriod { get; init; }

    /// <summary>The share of the images that get a new version in a wave.</summary>
    public double WaveShare { get; init; } = 0.1;

    /// <summary>Whether the nodes' memory and open files must stay flat.</summary>
    public bool JudgesMemory { get; init; }
}
