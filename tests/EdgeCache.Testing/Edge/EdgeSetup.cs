using EdgeCache.Configuration;
using EdgeCache.Core.Fill;
using EdgeCache.Demo;
using EdgeCache.Origin;
using EdgeCache.Testing.Origin;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeCache.Testing.Edge;

/// <summary>What a test's node and its upstream differ in from the defaults.</summary>
internal sealed record EdgeSetup
{
    public IReadOnlyList<SampleRepository> Repositories { get; init; } = [];

    public FakeOriginOptions Origin { get; init; } = new();

    /// <summary>Changes each of the two upstreams, <see cref="EdgeFixture.DefaultUpstream"/> and <see cref="EdgeFixture.OtherUpstream"/>.</summary>
    public Func<UpstreamOptions, UpstreamOptions> Upstream { get; init; } = upstream => upstream;

    public Func<EdgeCacheOptions, EdgeCacheOptions> Node { get; init; } = node => node;

    /// <summary>The node's clock; the system's unless set.</summary>
    public TimeProvider? Clock { get; init; }

    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Fills that do not pause before they ask for the rest of a broken body.</summary>
    public static Action<IServiceCollection> ImpatientFills { get; } = services => services.AddSingleton(new FillOptions { RetryDelay = TimeSpan.Zero, RetryPatience = TimeSpan.MaxValue });
}
