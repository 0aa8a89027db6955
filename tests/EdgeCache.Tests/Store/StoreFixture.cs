using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Store;

/// <summary>A store on a folder of its own, whose teardown fails on what was left open.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HotOptions _hot;

    public StoreFixture(long limitBytes = 64 * 1024 * 1024, HotOptions? hot = null)
    {
        LimitBytes = limitBytes;
        _hot = hot ?? new HotOptions();
        Store = Open();
    }

    public FakeTimeProvider Clock { get; } = new();

    public long LimitBytes { get; }

    public string Path => _folder.Path;

    public CacheStore Store { get; private set; }

    public static RepositoryKey Repository(string name) => new("docker.io", RepositoryName.Parse(name));

    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = Open();
        await Store.Loaded;
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, Store.OpenFiles);
        Assert.Empty(Directory.EnumerateFiles(System.IO.Path.Combine(_folder.Path, "tmp")));
        await Store.DisposeAsync();
        _folder.Dispose();
    }

    private CacheStore Open() => CacheStore.Open(
        new StoreOptions { Path = _folder.Path, Eviction = new EvictionOptions { LimitBytes = LimitBytes }, Hot = _hot },
        Clock,
        NullLogger<CacheStore>.Instance);
}
