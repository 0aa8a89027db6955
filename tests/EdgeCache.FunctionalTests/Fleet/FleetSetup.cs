using EdgeCache.Configuration;
using EdgeCache.Fleet;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>What a test's nodes differ in from the defaults.</summary>
internal sealed record FleetSetup
{
    public Func<FleetOptions, FleetOptions> Fleet { get; init; } = fleet => fleet;

    public Func<EdgeCacheOptions, EdgeCacheOptions> Node { get; init; } = node => node;
}
