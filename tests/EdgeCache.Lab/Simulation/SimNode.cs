using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Lab.Simulation;

/// <summary>The real parts of a node, over a simulated disk, clock and upstream: store, fills, confirmations. Owned by one simulation.</summary>
internal sealed class SimNode
{
    /// <summary>
    /// Without pauses: a fill that waits for the clock cannot be told from one that works. Time passes in leaps here: only attempts are counted, so that who may fail
    /// is known.
    /// </summary>
    private static readonly FillOptions FillLimits = new()
    {
        PieceBytes = 64 * 1024,
        MaxConcurrentFills = 4,
        MaxReadersPerFill = 6,
        RetryDelay = TimeSpan.Zero,
        RetryPatience = TimeSpan.MaxValue,
    };

    /// <summary>What the index journals is on the disk when the node ends, and as much of it as chance leaves when it is killed.</summary>
    private static readonly TimeSpan NeverWithinARun = TimeSpan.FromDays(30);

    /// <summary>Of a content that is much longer, so much may be in memory at once; where its beginning is gone nobody can join.</summary>
    public const int WindowBytes = 300_000;

    private readonly string _folder;
    private readonly SimDisk _disk;
    private readonly SimOrigin _origin;
    private readonly FakeTimeProvider _clock;
    private readonly long _limitBytes;
    private readonly List<(RepositoryKey Repository, Digest Digest, Task<Confirmation> Confirmation)> _confirmations = [];
    private LinkConfirmer _confirmer;

    public SimNode(string folder, SimDisk disk, SimOrigin origin, FakeTimeProvider clock, long limitBytes)
    {
        _folder = folder;
        _disk = disk;
        _origin = origin;
        _clock = clock;
        _limitBytes = limitBytes;
        (Store, Fills, _confirmer) = Open();
    }

    public CacheStore Store { get; private set; }

    public FillTable Fills { get; private set; }

    /// <summary>What upstream is being asked to confirm, also for clients that have left.</summary>
    public IEnumerable<(RepositoryKey Repository, Digest Digest)> Confirming =>
        _confirmations.Where(asked => !asked.Confirmation.IsCompleted).Select(asked => (asked.Repository, asked.Digest)).Distinct();

    private string Blobs => Path.Combine(_folder, "blobs");

    private string Index => Path.Combine(_folder, "index");

    /// <summary>Has upstream asked whether a repository holds a blob.</summary>
    public Task<Confirmation> ConfirmAsync(RepositoryKey repository, Digest digest)
    {
        var confirmation = _confirmer.ConfirmBlobAsync(repository, digest, CancellationToken.None).AsTask();
        _confirmations.RemoveAll(asked => asked.Confirmation.IsCompleted);
        _confirmations.Add((repository, digest, confirmation));
        return confirmation;
    }

    /// <summary>The node ends in order and starts again.</summary>
    public void Restart()
    {
        Close();
        _disk.Restart(null);
        (Store, Fills, _confirmer) = Open();
    }

    /// <summary>The node dies with all that is under way, and starts again. Of the journal of its index chance leaves any part.</summary>
    /// <param name="isPowerCut">Whether chance also takes what was not durable on the disk.</param>
    /// <exception cref="SimulationFailedException">What was published is gone.</exception>
    public void Kill(Random chance, bool isPowerCut)
    {
        var published = Directory.GetFiles(Blobs, "*", SearchOption.AllDirectories);
        _disk.Freeze();
        Close();
        CutJournal(chance);
        _disk.Restart(isPowerCut ? chance : null);
        if (published.FirstOrDefault(path => !File.Exists(path)) is { } lost)
        {
            throw new SimulationFailedException($"{lost} was published, and is gone.");
        }

        (Store, Fills, _confirmer) = Open();
    }

    /// <summary>The beginnings of blobs that are kept.</summary>
    public IReadOnlyList<FileInfo> KeptFiles => new DirectoryInfo(Path.Combine(_folder, "partial")) is { Exists: true } folder ? folder.GetFiles() : [];

    /// <summary>Whether a beginning of a blob is kept that is not its beginning: nobody looks at it before the rest has come.</summary>
    public bool HasKeptWrong(SimObject wanted) => KeptFiles
        .Any(file => file.Name.Contains(wanted.Digest.ToHex(), StringComparison.Ordinal) && !wanted.Bytes.AsSpan().StartsWith(File.ReadAllBytes(file.FullName)));

    public void Close() => CloseAsync().GetAwaiter().GetResult();

    /// <summary>Cuts what this run has journalled at any byte: nothing tells how much of it was on the disk at some moment.</summary>
    private void CutJournal(Random chance)
    {
        if (Directory.GetFiles(Index, "entries.*", SearchOption.AllDirectories).Max(StringComparer.Ordinal) is not { } newest)
        {
            return;
        }

        var bytes = File.ReadAllBytes(newest);
        var left = chance.Next(bytes.AsSpan().TrimEnd((byte)0).Length + 1);
        bytes.AsSpan(left).Clear();
        File.WriteAllBytes(newest, chance.Next(2) == 0 ? bytes : bytes[..left]);
    }

    private async Task CloseAsync()
    {
        await Fills.DisposeAsync();
        await _confirmer.DisposeAsync();
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
            PassThrough = new PassThroughOptions { MaxBytes = 64 << 20, WindowBytes = WindowBytes, SmallWindowBytes = WindowBytes },
            ScanThreads = 1,
            Index = new IndexOptions { Path = string.Empty, MemoryBytes = IndexOptions.MinMemoryBytes, CommitInterval = NeverWithinARun },
        };
        var store = CacheStore.Open(options, _clock, NullLogger<CacheStore>.Instance, _disk);
        store.Loaded.GetAwaiter().GetResult();
        return (store, new FillTable(_origin.ForFills, store, FillLimits, _clock, NullLogger<FillTable>.Instance), new LinkConfirmer(_origin.ForConfirmations, store, FillLimits));
    }
}
