using System.Diagnostics;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios;

/// <summary>
/// One client beside the branch's node pulls one blob after the other: from the registry over both links, and through branch and region, cold and warm.
/// Every body is hashed. Connections are made, and code compiled, before anything is measured.
/// </summary>
internal sealed class TierScenario(TierStage stage, TimeSpan limit)
{
    /// <summary>What the origin must serve besides, for one pair of links.</summary>
    public const int WarmUps = 10;

    public const long WarmUpBytes = 64 << 10;

    /// <summary>Blobs of one round: one that nobody has, one that the region gets beforehand.</summary>
    public const int BlobsARound = 2;

    /// <param name="warmUps">Small blobs that nobody has.</param>
    /// <param name="blobs">Blobs that nobody has, <see cref="BlobsARound"/> a round.</param>
    public async Task<IReadOnlyList<TierFigures>> RunAsync(
        LinkPace near, LinkPace far, IEnumerable<CatalogEntry> warmUps, IReadOnlyList<CatalogEntry> blobs, CancellationToken cancellationToken)
    {
        stage.SetLinks(near, far);
        foreach (var blob in warmUps)
        {
            await PullAsync(stage.Registry, blob, cancellationToken);
            await PullAsync(stage.Branch, blob, cancellationToken);
        }

        var results = Enum.GetValues<TierWay>().ToDictionary(way => way, _ => new List<(ColdBlobSample Sample, int Gets)>());
        foreach (var round in blobs.Chunk(BlobsARound))
        {
            results[TierWay.Direct].Add(await MeasureAsync(stage.Registry, round[0], cancellationToken));
            results[TierWay.Cold].Add(await MeasureAsync(stage.Branch, round[0], cancellationToken));
            results[TierWay.BranchWarm].Add(await MeasureAsync(stage.Branch, round[0], cancellationToken));
            await PullAsync(stage.Region, round[1], cancellationToken);
            results[TierWay.RegionWarm].Add(await MeasureAsync(stage.Branch, round[1], cancellationToken));
        }

        return [.. results.Select(result => Summarize(near, far, result.Key, blobs[0].SizeBytes, result.Value))];
    }

    private async Task<(ColdBlobSample Sample, int Gets)> MeasureAsync(Uri place, CatalogEntry blob, CancellationToken cancellationToken)
    {
        var before = await stage.Origin.CountAsync(cancellationToken);
        var sample = await PullAsync(place, blob, cancellationToken);
        return (sample, (await stage.Origin.CountAsync(cancellationToken) - before).BlobGets);
    }

    private async Task<ColdBlobSample> PullAsync(Uri place, CatalogEntry blob, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        using var client = await ColdBlobClient.ConnectAsync(place, limited.Token);
        var request = RegistryConnection.CreateGet(place, blob.BlobPath);
        var sample = await client.PullAsync(Task.FromResult(Stopwatch.GetTimestamp()), request, Digest.Parse(blob.Digest), limited.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return sample;
    }

    private static TierFigures Summarize(LinkPace near, LinkPace far, TierWay way, long sizeBytes, List<(ColdBlobSample Sample, int Gets)> pulls)
    {
        var exact = pulls.Select(pull => pull.Sample).Where(sample => sample.IsExact).ToList();
        return new TierFigures(
            near.Megabits,
            far.Megabits,
            way,
            pulls.Count,
            sizeBytes,
            MedianOf(exact.Select(sample => sample.FirstByte)),
            MedianOf(exact.Select(sample => sample.Total)),
            pulls.Sum(pull => pull.Gets),
            way is TierWay.Direct or TierWay.Cold ? pulls.Count : 0,
            exact.Count)
        {
            Error = pulls.Where(pull => !pull.Sample.IsExact).Select(pull => pull.Sample.Error ?? $"status {pull.Sample.Status}").FirstOrDefault(),
        };
    }

    private static TimeSpan MedianOf(IEnumerable<TimeSpan> times) =>
        Median.Of(times.Select(time => time.TotalSeconds)) is var seconds && double.IsNaN(seconds) ? TimeSpan.Zero : TimeSpan.FromSeconds(seconds);
}
