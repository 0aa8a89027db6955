using EdgeCache.Lab.Work;
using EdgeCache.Testing;

namespace EdgeCache.Lab.PowerCuts;

/// <summary>
/// Cuts the power of a real ext4 file system in the middle of fills and evictions, again and again: every file that stands under a final name afterwards is whole, what
/// was published is still there, and the next start serves everything.
/// </summary>
internal sealed class PowerCutRuns(int seed)
{
    private const long DiskBytes = 96L << 20;
    private const long LimitBytes = 4L << 20;
    private const int Blobs = 60;
    private const int Pullers = 3;
    private const int MaxDelayMicroseconds = 60_000;

    private readonly Random _chance = new(seed);
    private readonly LabContent _content = new(seed, Blobs);

    /// <summary>Without power nobody is served: what is read from a file system that was shut down means nothing.</summary>
    private volatile bool _isOff;

    /// <summary>Files that were found whole after the cuts.</summary>
    public long Verified { get; private set; }

    /// <summary>Cuts that fell into at least one fill.</summary>
    public int InFills { get; private set; }

    /// <exception cref="LabFailedException">A promise was not kept.</exception>
    public async Task RunAsync(int cuts, Action<int>? progress, CancellationToken cancellationToken)
    {
        await using var disk = await LoopFileSystem.CreateAsync(DiskBytes);
        for (var cut = 1; cut <= cuts; cut++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await CutAsync(disk);
            }
            catch (LabFailedException failure)
            {
                throw new LabFailedException($"Seed {seed}, cut {cut}: {failure.Message}");
            }

            progress?.Invoke(cut);
        }
    }

    private async Task CutAsync(LoopFileSystem disk)
    {
        _isOff = false;
        var folder = Path.Combine(disk.Path, "cache");
        var node = new LabNode(folder, _content, LimitBytes);
        using var stop = new CancellationTokenSource();
        var orders = Enumerable.Range(0, Pullers).Select(_ => new Random(_chance.Next())).ToList();
        var pulls = orders.Select(order => Task.Run(() => PullUntilCutAsync(node, order, stop.Token))).ToArray();
        await Task.Delay(TimeSpan.FromMicroseconds(_chance.Next(MaxDelayMicroseconds)), CancellationToken.None);

        // What the store has now is durable, but for what is just being published: a name comes before its folder's fsync, and the scan of the start may find it in between.
        var held = _content.Digests.Where(digest => node.Store.Contains(digest)).ToList();
        var published = held.Where(digest => !node.IsFilling(digest)).ToList();
        InFills += node.ActiveFills > 0 ? 1 : 0;
        _isOff = true;
        disk.CutPower();
        await stop.CancelAsync();
        await Task.WhenAll(pulls);

        // An eviction that had not reached the disk may come back; one that was under way may not.
        await Eventually.TrueAsync(() => !node.Store.Eviction.IsEvicting);
        var kept = published.Where(digest => node.Store.Contains(digest)).ToList();
        await node.DisposeAsync();
        await disk.UnmountAsync();
        await disk.MountAsync();
        var found = CacheCheck.VerifyFiles(folder);
        Verified += found.Count;
        if (kept.Where(digest => !found.Contains(digest)).ToList() is { Count: > 0 } lost)
        {
            throw new LabFailedException($"{lost.Count} published blobs are gone, {lost[0]} among them.");
        }

        await CacheCheck.VerifyRestartAsync(folder, _content, LimitBytes);
    }

    private async Task PullUntilCutAsync(LabNode node, Random order, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var digest = _content.Digests[order.Next(_content.Digests.Count)];
            try
            {
                if (await node.PullAsync(digest) is { } bytes && !_isOff && !bytes.AsSpan().SequenceEqual(_content.Find(digest)))
                {
                    throw new LabFailedException($"{digest} was served with wrong bytes.");
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The disk is gone.
            }
        }
    }
}
