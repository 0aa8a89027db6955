using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Store;

/// <summary>A store on a folder of its own and a disk with faults, whose teardown fails on what was left open. It scrubs nothing unless told to.</summary>
internal sealed class StoreFixture : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StoreOptions _options;

    public StoreFixture(long limitBytes = 64 * 1024 * 1024, HotOptions? hot = null, Func<StoreOptions, StoreOptions>? options = null)
    {
        var defaults = new StoreOptions
        {
            Path = _folder.Path,
            Eviction = new EvictionOptions { LimitBytes = limitBytes },
            Hot = hot ?? new HotOptions(),
            Disk = new DiskOptions { MinFreeBytes = 0, MinFreeFiles = 0 },
            Scrub = new ScrubOptions { Period = TimeSpan.Zero },
        };
        _options = options?.Invoke(defaults) ?? defaults;
        Store = Open();
    }

    public FakeTimeProvider Clock { get; } = new();

    public FaultyDisk Disk { get; } = new();

    /// <summary>For the next opening.</summary>
    public ILogger<CacheStore> Logger { get; set; } = NullLogger<CacheStore>.Instance;

    public long LimitBytes => _options.Eviction.LimitBytes;

    public string Path => _folder.Path;

    public BlobPaths Paths => new(_folder.Path);

    public CacheStore Store { get; private set; }

    public static RepositoryKey Repository(string name) => new("docker.io", RepositoryName.Parse(name));

    /// <summary>Stores bytes as a fill does.</summary>
    public Digest Put(ReadOnlySpan<byte> content, BlobPool pool = BlobPool.Blobs)
    {
        var digest = Digest.Compute(content);
        using var pending = Store.Begin(digest, pool, content.Length);
        pending.Writer.Append(content);
        Assert.True(Store.Publish(pending));
        return digest;
    }

    /// <summary>Flips one bit of a stored file, behind the store's back.</summary>
    public void Damage(in Digest digest, BlobPool pool = BlobPool.Blobs)
    {
        using var file = File.OpenHandle(Paths.File(pool, digest), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> bits = stackalloc byte[1];
        RandomAccess.Read(file, bits, 0);
        bits[0] ^= 1;
        RandomAccess.Write(file, bits, 0);
    }

    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = Open();
        await Store.Loaded;
    }

    /// <summary>Closes the store, does something to its folder, and opens it again; it may not have loaded yet.</summary>
    public async Task ReopenAsync(Action meanwhile)
    {
        await Store.DisposeAsync();
        meanwhile();
        Store = Open();
    }

    public async ValueTask DisposeAsync()
    {
        Disk.Recover();
        Assert.Equal(0, Store.OpenFiles);
        Assert.Equal(0, Store.PassedThrough);
        await Store.DisposeAsync();
        Assert.Empty(Directory.EnumerateFiles(Paths.Temporary));
        _folder.Dispose();
    }

    private CacheStore Open() => CacheStore.Open(_options, Clock, Logger, Disk);
}
