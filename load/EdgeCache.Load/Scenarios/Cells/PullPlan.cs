using EdgeCache.Load.Processes;
using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>A cell of whole images: it has an origin of its own, which makes them from numbers.</summary>
/// <param name="Link">What lies between the caches and the origin; null is nothing.</param>
/// <param name="Scale">What the real sizes of blobs are multiplied by.</param>
internal sealed record PullPlan(string Name, LinkPace? Link, double Scale)
{
    /// <summary>Pulled one after the other in a round; each round has its own.</summary>
    public const int ImagesInRound = 4;

    /// <summary>Pulled before the first round: code is compiled, connections stand.</summary>
    public const int WarmUps = 8;

    private const int Seed = 1;

    /// <summary>The images of the warm-up, and then of the rounds.</summary>
    public SyntheticSettings ContentFor(int rounds) => new(Seed, WarmUps + (ImagesInRound * rounds), Scale);
}
