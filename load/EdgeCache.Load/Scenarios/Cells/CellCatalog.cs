using EdgeCache.Hosting;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>Which cells there are, and what the origin must serve for them.</summary>
internal sealed class CellCatalog
{
    /// <summary>An image of ten layers has a manifest of some 2 KB, as most real ones have.</summary>
    private const int ImageLayers = 10;
    private const long LayerBytes = 4096;

    private const string ManifestByDigest = "manifest-digest";
    private const string ManifestByTag = "manifest-tag";

    private readonly BenchSettings _settings;
    private readonly List<CellPlan> _plans = [];

    /// <param name="only">Beginnings of cells' names; none means all.</param>
    public CellCatalog(BenchSettings settings, IReadOnlyCollection<string> only)
    {
        _settings = settings;
        foreach (var plan in Plan())
        {
            if (only.Count == 0 || only.Any(begin => plan.Name.StartsWith(begin, StringComparison.OrdinalIgnoreCase)))
            {
                _plans.Add(plan);
            }
        }
    }

    public IReadOnlyList<string> Names => [.. _plans.Select(plan => plan.Name)];

    /// <summary>What the origin is to serve.</summary>
    public StageContent Content => new([.. HitSizes, .. _plans.SelectMany(plan => plan.ColdBlobBytes)])
    {
        ImageLayerBytes = [.. Enumerable.Repeat(LayerBytes, ImageLayers)],
    };

    /// <summary>Of the blobs that several cells share, one each.</summary>
    private List<long> HitSizes => [.. _plans.Select(plan => plan.HitBlobBytes).Where(size => size > 0).Distinct()];

    public IReadOnlyList<ICell> Create(OriginProcess origin)
    {
        var catalog = origin.Catalog;
        var blobs = catalog.Blobs.Where(blob => blob.Repository == StageContent.Repository).ToList();
        var hits = HitSizes.Zip(blobs).ToDictionary(pair => pair.First, pair => Wanted.Blob(pair.Second));
        var cold = blobs.Skip(hits.Count).Select(Wanted.Blob).ToList();
        var image = catalog.Tags.Single(tag => tag.Repository == StageContent.ImageRepository);
        var bench = new CellBench(origin, new ObjectCheck(origin), _settings);
        var cells = new List<ICell>();
        foreach (var plan in _plans)
        {
            var wanted = plan.HitBlobBytes > 0 ? hits[plan.HitBlobBytes] : plan.IsByTag ? Wanted.Tag(image) : Wanted.Manifest(image);
            cells.Add(plan.Create(bench, new CellObjects(wanted, cold[..plan.ColdBlobBytes.Count])));
            cold.RemoveRange(0, plan.ColdBlobBytes.Count);
        }

        return cells;
    }

    private IEnumerable<CellPlan> Plan()
    {
        foreach (var connections in Pick(1, 32, 256))
        {
            yield return Hit(ManifestByDigest, 0, connections);
        }

        foreach (var connections in Pick(1, 32, 256))
        {
            yield return Hit(ManifestByTag, 0, connections) with { IsByTag = true };
        }

        foreach (var (size, loads) in BlobLoads())
        {
            foreach (var connections in loads)
            {
                yield return Hit($"blob-{ByteSize.Format(size)}", size, connections);
            }
        }
    }

    private (long Size, int[] Connections)[] BlobLoads() => _settings.IsQuick
        ? [(4 << 10, [32]), (256 << 10, [32]), (4 << 20, [8])]
        : [(4 << 10, [32, 256]), (256 << 10, [32, 256]), (4 << 20, [1, 8, 64]), (64 << 20, [1, 8, 64]), (512 << 20, [1, 8, 64])];

    private int[] Pick(params int[] connections) => _settings.IsQuick ? [32] : connections;

    private static CellPlan Hit(string kind, long blobBytes, int connections, long rangeBytes = 0)
    {
        var name = $"{kind}/{connections}";
        return new CellPlan(name, (bench, objects) => new HitCell(name, objects.Wanted, (connections, rangeBytes), bench)) { HitBlobBytes = blobBytes };
    }
}
