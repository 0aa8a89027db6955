using EdgeCache.Load.Scenarios.Cells;
using Xunit;

namespace EdgeCache.Tests.Load;

public class CellCatalogTests
{
    [Fact]
    public void Everything_IsNamedOnce()
    {
        var names = new CellCatalog(Settings(isQuick: false), []).Names;
        Assert.Equal(names, names.Distinct());
        Assert.Superset(
            new HashSet<string> { "manifest-digest/256", "manifest-tag/1", "blob-4KiB/32", "blob-512MiB/64", "range-1MiB-of-64MiB/32", "tls-http2-64MiB/8" }, names.ToHashSet());
        Assert.Superset(new HashSet<string> { "miss-1MiB", "miss-4MiB-10MBps+20ms", "crowd-64MiB-10MBps+20ms/100", "slow-stalled/1000", "working-set-4x" }, names.ToHashSet());
    }

    [Fact]
    public void Only_TakesBeginnings() =>
        Assert.Equal(["manifest-digest/32", "manifest-tag/32", "slow-stalled/1000"], new CellCatalog(Settings(isQuick: true), ["MANIFEST", "slow-st"]).Names);

    [Fact]
    public void Origin_ServesWhatTheChosenNeed()
    {
        Assert.Empty(new CellCatalog(Settings(isQuick: false), ["manifest"]).Content.BlobBytes);
        Assert.Equal([64 << 20], new CellCatalog(Settings(isQuick: false), ["blob-64MiB", "range"]).Content.BlobBytes);

        // A cold blob for each round, after those of the warm-up.
        Assert.Equal([64 << 20, 64 << 20, 64 << 20], new CellCatalog(Settings(isQuick: false), ["crowd-64MiB-100"]).Content.BlobBytes.SkipWhile(size => size == MissWarmUp.BlobBytes));
    }

    [Fact]
    public void Limited_CanBeLeftOut()
    {
        var catalog = new CellCatalog(Settings(isQuick: true), ["working", "manifest-tag"]);
        Assert.Equal(256 << 20, catalog.MemoryBytes);
        Assert.Equal(["working-set-4x"], catalog.RemoveLimited());
        Assert.Equal((0, 1), (catalog.MemoryBytes, catalog.Names.Count));
    }

    private static BenchSettings Settings(bool isQuick) => new(Rounds: 3, TimeSpan.FromSeconds(1), SlowClients: 1000, Crowd: 100, isQuick, Copies: true);
}
