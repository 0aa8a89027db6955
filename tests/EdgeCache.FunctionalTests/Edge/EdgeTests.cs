using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Edge;

/// <summary>Tests against a node: what they start is disposed, and judged, after each of them, beside the test's own outcome.</summary>
public abstract class EdgeTests : IAsyncLifetime
{
    private readonly Stack<IAsyncDisposable> _started = new();

    /// <summary>A clock for setups that move time.</summary>
    private protected FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        while (_started.TryPop(out var started))
        {
            await started.DisposeAsync();
        }
    }

    private protected async Task<EdgeFixture> StartAsync(EdgeSetup setup) => Own(await EdgeFixture.StartAsync(setup));

    /// <summary>Another origin, such as a second endpoint or a place that nobody may go to.</summary>
    private protected async Task<FakeOrigin> StartOriginAsync(params EdgeCache.Demo.SampleRepository[] repositories) =>
        Own(await FakeOrigin.StartAsync(repositories));

    private protected T Own<T>(T started)
        where T : IAsyncDisposable
    {
        _started.Push(started);
        return started;
    }
}
