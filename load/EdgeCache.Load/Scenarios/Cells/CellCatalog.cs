using EdgeCache.Configuration;
using EdgeCache.Load.Processes;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>Which cells there are, and what the origin must serve for them.</summary>
internal sealed class CellCatalog
{
    /// <summary>An image of ten layers has a manifest of some 2 KB, as most real ones have.</summary>
    private const int ImageLayers = 10;
    private const long LayerBytes = 4096;

    private const long Small = 4 << 10;
    private const long Medium = 4 << 20;

    /// <summary>A link of 80 Mbit/s and 20 ms: the bar's.</summary>
    private static readonly OriginPace Slow = new(10_000_000, TimeSpan.FromMilliseconds(20));
    private static readonly OriginPace Fast = new(100_000_000, TimeSpan.FromMilliseconds(20));

    private const string ManifestByDigest = "manifest-digest";
    private const string ManifestByTag = "manifest-tag";

    private readonly BenchSettings _settings;
    private readonly List<CellPlan> _plans = [];
    private readonly List<PullPlan> _pulls;

    /// <param name="only">Beginnings of cells' names; none means all.</param>
    public CellCatalog(BenchSettings settings, IReadOnlyCollection<string> only)
    {
        _settings = settings;
        bool IsWanted(string name) => only.Count == 0 || only.Any(begin => name.StartsWith(begin, StringComparison.OrdinalIgnoreCase));
        _plans.AddRange(Plan().Where(plan => IsWanted(plan.Name)));
        _pulls = [.. PlanPulls().Where(plan => IsWanted(plan.Name))];
    }

    private long Large => _settings.IsQuick ? 4 << 20 : 64 << 20;

    public IReadOnlyList<string> Names => [.. _plans.Select(plan => plan.Name), .. _pulls.Select(plan => plan.Name)];

    /// <summary>The cells of whole images.</summary>
    public IReadOnlyList<PullPlan> Pulls => _pulls;

    /// <summary>Whether there are cells of anything else.</summary>
    public bool HasObjects => _plans.Count > 0;

    /// <summary>What the origin is to serve.</summary>
    public StageContent Content => new([.. HitSizes, .. _plans.SelectMany(plan => plan.ColdBlobBytes)])
    {
        ImageLayerBytes = [.. Enumerable.Repeat(LayerBytes, ImageLayers)],
    };

    /// <summary>Of the blobs that several cells share, one each.</summary>
    private List<long> HitSizes => [.. _plans.Select(plan => plan.HitBlobBytes).Where(size => size > 0).Distinct()];

    /// <summary>The memory of the cells that have a limit; 0 where there is no such cell.</summary>
    public long MemoryBytes => _plans.Select(plan => plan.MemoryBytes).DefaultIfEmpty().Max();

    /// <summary>Leaves out the cells with a limit of memory; gives their names.</summary>
    public IReadOnlyList<string> RemoveLimited()
    {
        var limited = _plans.Where(plan => plan.MemoryBytes > 0).ToList();
        _plans.RemoveAll(limited.Contains);
        return [.. limited.Select(plan => plan.Name)];
    }

    /// <summary>Makes the cells for an origin that serves <see cref="Content"/>.</summary>
    /// <param name="memoryBytes">Those with this limit: they need servers of their own.</param>
    public IReadOnlyList<ICell> Create(OriginProcess origin, long memoryBytes)
    {
        var catalog = origin.Catalog;
        var blobs = catalog.Blobs.Where(blob => blob.Repository == StageContent.Repository).ToList();
        var hits = HitSizes.Zip(blobs).ToDictionary(pair => pair.First, pair => Wanted.Blob(pair.Second));
        var cold = new Queue<Wanted>(blobs.Skip(hits.Count).Select(Wanted.Blob));
        var image = catalog.Tags.Single(tag => tag.Repository == StageContent.ImageRepository);
        var bench = new CellBench(origin, new ObjectCheck(origin), new WarmUp(_settings), _settings);
        var cells = new List<ICell>();
        foreach (var plan in _plans)
        {
            var wanted = plan.HitBlobBytes > 0 ? hits[plan.HitBlobBytes] : plan.IsByTag ? Wanted.Tag(image) : Wanted.Manifest(image);
            var cell = plan.Create(bench, new CellObjects(wanted, [.. plan.ColdBlobBytes.Select(_ => cold.Dequeue())]));
            if (plan.MemoryBytes == memoryBytes)
            {
                cells.Add(cell);
            }
        }

        return cells;
    }

    private IEnumerable<CellPlan> Plan() =>
        [.. PlanManifests(), .. PlanBlobs(), .. PlanTls(), .. PlanWrk(), .. PlanMisses(), .. PlanCrowds(), .. PlanSlowClients(), PlanWorkingSet()];

    private IEnumerable<CellPlan> PlanManifests() =>
    [
        .. Pick(1, 32, 256).Select(connections => Hit(ManifestByDigest, 0, new HitLoad(connections))),
        .. Pick(1, 32, 256).Select(connections => Hit(ManifestByTag, 0, new HitLoad(connections)) with { IsByTag = true }),
    ];

    private IEnumerable<CellPlan> PlanBlobs()
    {
        (long Size, int[] Connections)[] loads = _settings.IsQuick
            ? [(Small, [32]), (256 << 10, [32]), (Medium, [8])]
            : [(Small, [32, 256]), (256 << 10, [32, 256]), (Medium, [1, 8, 64]), (64 << 20, [1, 8, 64]), (512 << 20, [1, 8, 64])];
        foreach (var (size, connections) in loads)
        {
            foreach (var count in connections)
            {
                yield return Hit($"blob-{ByteSize.Format(size)}", size, new HitLoad(count));
            }
        }

        yield return Hit($"range-1MiB-of-{ByteSize.Format(Large)}", Large, new HitLoad(32) { RangeBytes = 1 << 20 });
    }

    private IEnumerable<CellPlan> PlanTls()
    {
        foreach (var (size, connections) in new[] { (Small, 32), (Large, 8) })
        {
            yield return Hit($"tls-http1-{ByteSize.Format(size)}", size, new HitLoad(connections) { Transport = HitTransport.Tls });
            yield return Hit($"tls-http2-{ByteSize.Format(size)}", size, new HitLoad(connections) { Transport = HitTransport.Http2 });
        }
    }

    private IEnumerable<CellPlan> PlanWrk()
    {
        if (RealProgram.Find(WrkCell.Program) is not null)
        {
            return [.. Pick(32, 256).Select(connections => Wrk(ManifestByDigest, 0, connections)), Wrk($"blob-{ByteSize.Format(Small)}", Small, 32)];
        }

        return [];
    }

    private IEnumerable<CellPlan> PlanMisses()
    {
        // The first blob of each round is not counted.
        yield return Miss(1 << 20, (_settings.IsQuick ? 3 : 20) + 1, OriginPace.Free);
        yield return Miss(Medium, (_settings.IsQuick ? 1 : 5) + 1, Slow);
        if (!_settings.IsQuick)
        {
            yield return Miss(Large, 3 + 1, OriginPace.Free);
        }
    }

    private IEnumerable<CellPlan> PlanCrowds() => _settings.IsQuick ? [Crowd(Fast)] : [Crowd(Slow), Crowd(Fast)];

    private IEnumerable<CellPlan> PlanSlowClients() => [SlowClients("slow-64KiBps", 64 << 10), SlowClients("slow-stalled", 0)];

    /// <summary>A local registry, and a branch office's line.</summary>
    private IEnumerable<PullPlan> PlanPulls()
    {
        yield return new PullPlan($"pull-image/{PullCell.Hosts}", null, _settings.IsQuick ? 0.01 : 0.3);
        var line = new LinkPace(Megabits: 20, RoundTrip: TimeSpan.FromMilliseconds(40));
        yield return new PullPlan($"pull-image-20Mbps+40ms/{PullCell.Hosts}", line, _settings.IsQuick ? 0.01 : 0.04);
    }

    private CellPlan PlanWorkingSet()
    {
        const string name = "working-set-4x";
        var memory = 256L << 20;
        var blobs = _settings.IsQuick ? 4 : (int)(4 * memory / Medium);
        return new CellPlan(name, (bench, objects) => new WorkingSetCell(name, objects.Cold, bench))
        {
            MemoryBytes = memory,
            ColdBlobBytes = [.. Enumerable.Repeat(Medium, blobs)],
        };
    }

    private static CellPlan Hit(string kind, long blobBytes, HitLoad load)
    {
        var name = $"{kind}/{load.Connections}";
        return new CellPlan(name, (bench, objects) => new HitCell(name, objects.Wanted, load, bench)) { HitBlobBytes = blobBytes };
    }

    private static CellPlan Wrk(string kind, long blobBytes, int connections)
    {
        var name = $"wrk-{kind}/{connections}";
        return new CellPlan(name, (bench, objects) => new WrkCell(name, objects.Wanted, connections, bench)) { HitBlobBytes = blobBytes };
    }

    private CellPlan Miss(long blobBytes, int blobsOfRound, OriginPace pace)
    {
        var name = $"miss-{ByteSize.Format(blobBytes)}{pace}";
        return new CellPlan(name, (bench, objects) => new MissCell(name, objects.Cold, pace, bench))
        {
            ColdBlobBytes = [.. MissWarmUp.SizesOf(_settings), .. Enumerable.Repeat(blobBytes, blobsOfRound * _settings.Rounds)],
        };
    }

    private CellPlan Crowd(OriginPace pace)
    {
        var name = $"crowd-{ByteSize.Format(Large)}{pace}/{_settings.Crowd}";
        return new CellPlan(name, (bench, objects) => new CrowdCell(name, objects.Cold, pace, bench))
        {
            ColdBlobBytes = [.. MissWarmUp.SizesOf(_settings), .. Enumerable.Repeat(Large, _settings.Rounds)],
        };
    }

    private CellPlan SlowClients(string kind, int bytesPerSecond)
    {
        var name = $"{kind}/{_settings.SlowClients}";
        return new CellPlan(name, (bench, objects) => new SlowClientsCell(name, objects.Wanted, bytesPerSecond, bench)) { HitBlobBytes = Large };
    }

    private int[] Pick(params int[] connections) => _settings.IsQuick ? [32] : connections;
}
