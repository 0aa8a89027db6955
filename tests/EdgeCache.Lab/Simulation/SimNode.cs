using EdgeCache.Core.Eviction;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Index;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Lab.Simulation;

/// <summary>The real parts of a node, over a simulated disk, clock and upstream: store, fills, confirmations. Owned by one simulation.</summary>
internal sealed class SimNode
{
    /// <summary>Without pauses: a fill that waits for the clock cannot be told from one that works.</summary>
    /// <summary>Time passes in leaps here: only attempts are counted, so that who may fail is known.</summary>
    private static readonly FillOptions FillLimits = new()
    {
        PieceBytes = 64 * 1024,
        MaxConcurrentFills = 4,
        MaxReadersPerFill = 6,
        RetryDelay = TimeSpan.Zero,
        RetryPatience = TimeSpan.MaxValue,
    };

    private readonly string _folder;
    private readonly SimDisk _disk;
    private readonly SimOrigin _origin;
    private readonly FakeTimeProvider _clock;
    private readonly long _limitBytes;

    public SimNode(string folder, SimDisk disk, SimOrigin origin, FakeTimeProvider clock, long limitBytes)
    {
        _folder = folder;
        _disk = disk;
        _origin = origin;
        _clock = clock;
        _limitBytes = limitBytes;
        (Store, Fills, Confirmer) = Open();
    }

    public CacheStore Store { get; private set; }

    public FillTable Fills { get; private set; }

    public LinkConfirmer Confirmer { get; private set; }

    private string Blobs => Path.Combine(_folder, "blobs");

    private string Index => Path.Combine(_folder, "index");

    /// <summary>The node ends in order and starts again.</summary>
    public void Restart()
    {
        Close();
        _disk.Restart(null);
        (Store, Fills, Confirmer) = Open();
    }

    /// <summary>The node dies with all that is under way, and starts again.</summary>
    /// <param name="powerCut">What chance takes what was not durable; null for a kill.</param>
    /// <exception cref="SimulationFailedException">What was published is gone.</exception>
    public void Kill(Random? powerCut)
    {
        var published = Directory.GetFiles(Blobs, "*", SearchOption.AllDirectories);
        _disk.Freeze();
        // The journal as it is at this moment, perhaps in the middle of a write; what the closing adds to it is taken back.
        var seen = Directory.EnumerateFiles(Index, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.ReadAllBytes);
        Close();
        Directory.Delete(Index, recursive: true);
        foreach (var (path, bytes) in seen)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? Index);
            File.WriteAllBytes(path, bytes);
        }

        _disk.Restart(powerCut);
        if (published.FirstOrDefault(path => !File.Exists(path)) is { } lost)
        {
            throw new SimulationFailedException($"{lost} was published, and is gone.");
        }

        (Store, Fills, Confirmer) = Open();
    }

    public void Close() => CloseAsync().GetAwaiter().GetResult();

    private async Task CloseAsync()
    {
        await Fills.DisposeAsync();
        await Confirmer.DisposeAsync();
        await Store.DisposeAsync();
    }

    private (CacheStore Store, FillTable Fills, LinkConfirmer Confirmer) Open()
    {
        var options = new StoreOptions
        {
            Path = _folder,
            Eviction = new EvictionOptions { LimitBytes = _limitBytes, MinManifestBytes = 1 },
            Disk = new DiskOptions { MinFreeBytes = 0, MinFreeFiles = 0 },
            Scrub = new ScrubOptions { Period = TimeSpan.Zero },
            ScanThreads = 1,
            Index = new IndexOptions { Path = string.Empty, MemoryBytes = IndexOptions.MinMemoryBytes },
        };
        var store = CacheStore.Open(options, _clock, NullLogger<CacheStore>.Instance, _disk);
        store.Loaded.GetAwaiter().GetResult();
        return (store, new FillTable(_origin.ForFills, store, FillLimits, _clock, NullLogger<FillTable>.Instance), new LinkConfirmer(_origin.ForConfirmations, store, FillLimits));
    }
}
