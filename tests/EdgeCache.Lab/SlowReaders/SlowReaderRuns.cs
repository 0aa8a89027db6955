using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using EdgeCache.Lab.PowerCuts;
using EdgeCache.Lab.Work;
using EdgeCache.Testing;
using EdgeCache.Testing.Origin;
using EdgeCache.Testing.RealPrograms;
using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Lab.SlowReaders;

/// <summary>
/// A node in a memory cgroup, with clients that ask for large blobs and read slowly, or not at all, while others pull more than the memory holds: the
/// kernel kills nothing, the others are served, and the slow ones get right bytes or are let go. Needs a memory cgroup; with a full disk, root and mkfs.ext4.
/// </summary>
internal sealed class SlowReaderRuns(SlowReaderSettings settings, int seed)
{
    private const long SmallDiskBytes = 32L << 20;

    /// <summary>How long a blob that comes slowly takes, at least.</summary>
    private const int GrowingSeconds = 6;

    /// <summary>For a pull of a fast client, and for the slow ones' rest: bounded is what it has to be, on a machine that others use as well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What came of the runs so far.</summary>
    public SlowReaderTotals Totals { get; private set; }

    /// <summary>Why it cannot run here; null where it can.</summary>
    public static string? ExplainSkip(SlowReaderSettings settings) =>
        MemoryGroup.ExplainSkip(settings.MemoryBytes) ?? (settings.IsDiskFull ? LoopFileSystem.ExplainSkip() : null);

    /// <exception cref="LabFailedException">A promise was not kept.</exception>
    public async Task RunAsync(int count, CancellationToken cancellationToken)
    {
        for (var run = 0; run < count; run++)
        {
            var own = seed + run;
            using var group = MemoryGroup.TryCreate($"edgecache-lab-{Guid.NewGuid():n}", settings.MemoryBytes, out var obstacle) ?? throw new LabFailedException(obstacle);
            try
            {
                Totals += await RunAsync(group, own, cancellationToken);
            }
            catch (Exception failure) when (failure is LabFailedException or InvalidOperationException or TimeoutException)
            {
                throw new LabFailedException(
                    $"Seed {own}: {failure.Message} Killed for want of memory: {group.OutOfMemoryKills}; peak {group.ReadPeakBytes() >> 20} MiB of {settings.MemoryBytes >> 20}.");
            }
        }
    }

    private async Task<SlowReaderTotals> RunAsync(MemoryGroup group, int own, CancellationToken cancellationToken)
    {
        var chance = new Random(own);
        var content = new LargeBlobs(own, settings.WarmBlobs + settings.GrowingBlobs + settings.ColdBlobs, settings.BlobBytes);
        var (warm, growing) = (content.All.Take(settings.WarmBlobs).ToList(), content.All.Skip(settings.WarmBlobs).Take(settings.GrowingBlobs).ToList());
        await using var origin = await FakeOrigin.StartAsync(new FakeOriginOptions { KeepsRequests = false });
        origin.Content.Source = content;
        growing.ForEach(blob => origin.Faults.Always(When.Blob(blob.Digest), Fault.Throttled(settings.BlobBytes / GrowingSeconds)));
        using var folder = new TempFolder();
        await using var disk = settings.IsDiskFull ? await LoopFileSystem.CreateAsync(SmallDiskBytes) : null;
        var cache = Path.Combine(disk?.Path ?? folder.Path, "cache");
        await using var node = await StartAsync(group, origin, cache);
        disk?.Fill();
        await using var sampler = new MemorySampler(group);

        await Task.WhenAll(warm.Select(blob => PullFastAsync(node, blob, cancellationToken)));
        // On a full disk each blob that somebody reads slowly has a place in memory, of which there are few.
        using var slow = new SlowClients(node.Pull, settings.IsDiskFull ? growing : content.All, settings.Clients, chance.Next());
        await slow.BegunAsync(Patience);
        var pulls = Enumerable.Repeat(content.All.Except(growing), settings.PullsEach).SelectMany(blobs => blobs).ToArray();
        chance.Shuffle(pulls);
        var (served, slowest) = await PullAllFastAsync(node, pulls, cancellationToken);
        if (settings.OutlastsStallTimeout)
        {
            await Task.Delay(settings.StallTimeout * 1.5, cancellationToken);
        }

        var ends = await slow.GoOnAsync(Patience);
        foreach (var blob in content.All)
        {
            await PullFastAsync(node, blob, cancellationToken);
        }

        await EndAsync(group, node);
        if (disk is null)
        {
            CacheCheck.VerifyFiles(cache);
        }

        return new SlowReaderTotals(
            served, pulls.Length - served, Count(PullEnd.Whole), Count(PullEnd.Cut), Count(PullEnd.Refused), group.ReadPeakBytes(), sampler.PeakBytes, slowest);

        int Count(PullEnd wanted) => ends.Count(end => end == wanted);
    }

    private Task<BuiltNode> StartAsync(MemoryGroup group, FakeOrigin origin, string cache) => BuiltNode.StartAsync(
        group.Launcher,
        [
            "node", "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0", "--cache", cache, "--cache-limit", "16GiB", "--upstream", $"docker.io={origin.Url}",
        ],
        new Dictionary<string, string?>
        {
            ["EDGECACHE__TELEMETRY__ACCESSLOG"] = "false",
            ["EDGECACHE__LOGGING__LEVEL"] = "Warning",
            ["EDGECACHE__LIMITS__CLIENTSTALLTIMEOUT"] = string.Create(CultureInfo.InvariantCulture, $"{settings.StallTimeout.TotalSeconds:0}s"),
        });

    /// <returns>How many were served, and the longest of them. The others were refused at once, which only a node may do whose disk takes nothing.</returns>
    private async Task<(int Served, TimeSpan Slowest)> PullAllFastAsync(BuiltNode node, IEnumerable<SyntheticBlob> pulls, CancellationToken cancellationToken)
    {
        var times = new ConcurrentBag<TimeSpan>();
        await Parallel.ForEachAsync(
            pulls,
            new ParallelOptions { MaxDegreeOfParallelism = settings.Pullers, CancellationToken = cancellationToken },
            async (blob, token) =>
            {
                if (await PullFastAsync(node, blob, token, mayBeRefused: settings.IsDiskFull) is { } time)
                {
                    times.Add(time);
                }
            });
        return (times.Count, times.DefaultIfEmpty().Max());
    }

    /// <returns>How long it took; null where it was refused.</returns>
    private static async Task<TimeSpan?> PullFastAsync(BuiltNode node, SyntheticBlob blob, CancellationToken cancellationToken, bool mayBeRefused = false)
    {
        var started = Stopwatch.GetTimestamp();
        return await new BlobPull(node.Pull, blob).RunAsync(cancellationToken).WaitAsync(Patience, cancellationToken) switch
        {
            PullEnd.Whole => Stopwatch.GetElapsedTime(started),
            PullEnd.Refused when mayBeRefused => null,
            var end => throw new LabFailedException($"A fast client's pull ended so: {end}. The node {(node.HasExited ? "has ended" : "lives")}:\n{node.Output}"),
        };
    }

    private static async Task EndAsync(MemoryGroup group, BuiltNode node)
    {
        if (node.HasExited || group.OutOfMemoryKills > 0)
        {
            throw new LabFailedException($"The node was killed:\n{node.Output}");
        }

        if (await node.StopAsync() is not 0 and var exit)
        {
            throw new LabFailedException($"The node ended with {exit}:\n{node.Output}");
        }
    }
}
