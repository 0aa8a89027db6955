using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using Xunit;

namespace EdgeCache.FunctionalTests.Security;

/// <summary>A node whose cache folder lies in a folder that holds a secret beside it.</summary>
public sealed class WalledEdge : IAsyncLifetime
{
    public const string Secret = "a file that is no blob";

    private readonly TempFolder _outside = new();
    private EdgeFixture? _edge;

    internal EdgeFixture Edge => _edge ?? throw new InvalidOperationException("Not initialized.");

    public async Task InitializeAsync()
    {
        _outside.Write("secret", Secret);
        _edge = await EdgeFixture.StartAsync(new EdgeSetup
        {
            Repositories = [Sample.Create("team/app", Sample.SmallBytes).Repository],
            Node = node => node with { Cache = node.Cache with { Path = _outside.CreateFolder("cache") } },
        });
    }

    public async Task DisposeAsync()
    {
        if (_edge is not null)
        {
            await _edge.DisposeAsync();
        }

        _outside.Dispose();
    }

    /// <summary>Everything below the outer folder; the index's own files come and go.</summary>
    internal IReadOnlyList<string> List() =>
        [.. Directory.EnumerateFileSystemEntries(_outside.Path, "*", SearchOption.AllDirectories)
            .Where(entry => !entry.Contains("/cache/index", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
