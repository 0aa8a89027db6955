using EdgeCache.Lab.PowerCuts;
using EdgeCache.Lab.Work;

namespace EdgeCache.Lab.LostWrites;

/// <summary>
/// Pulls over a real ext4 whose device takes no more at some moment, while the kernel writes back and drops what it can: pages that could not be written come
/// back as something else. Some clients follow the growing files slowly; none may take wrong bytes for the whole. Needs root.
/// </summary>
internal sealed class LostWriteRuns(int seed)
{
    private const long DiskBytes = 64L << 20;
    private const long BackingBytes = 6L << 20;
    private const long LimitBytes = 32L << 20;
    private const int Blobs = 60;
    private const int Pullers = 4;
    private const int Pulls = 25;
    private const int MaxPauseMilliseconds = 8;
    private const int MaxDelayMilliseconds = 100;

    private readonly Random _chance = new(seed);
    private int _whole;
    private int _failed;

    /// <summary>Pulls that ended with all the bytes, and the right ones.</summary>
    public int Whole => _whole;

    /// <summary>Pulls that did not.</summary>
    public int Failed => _failed;

    /// <exception cref="LabFailedException">A client got wrong bytes.</exception>
    public async Task RunAsync(int count, CancellationToken cancellationToken)
    {
        for (var run = 1; run <= count; run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await RunAsync();
            }
            catch (LabFailedException failure)
            {
                throw new LabFailedException($"Seed {seed}, run {run}: {failure.Message}");
            }
        }
    }

    private async Task RunAsync()
    {
        var content = new LabContent(_chance.Next(), Blobs);
        await using var disk = await LoopFileSystem.CreateAsync(DiskBytes, backingBytes: BackingBytes);
        using var stop = new CancellationTokenSource();
        var dropping = Task.Run(() => DropAsync(disk, stop.Token));
        var node = new LabNode(Path.Combine(disk.Path, "cache"), content, LimitBytes);
        var pulls = Enumerable.Range(0, Pullers).Select(_ => new Random(_chance.Next())).ToList().ConvertAll(order => Task.Run(() => PullAsync(node, content, order)));
        await Task.Delay(_chance.Next(MaxDelayMilliseconds), CancellationToken.None);
        disk.FillBacking();
        try
        {
            await Task.WhenAll(pulls);
        }
        finally
        {
            await stop.CancelAsync();
            await dropping;
            disk.EmptyBacking();
            await node.DisposeAsync();
        }
    }

    private async Task PullAsync(LabNode node, LabContent content, Random order)
    {
        for (var pull = 0; pull < Pulls; pull++)
        {
            var digest = content.Digests[order.Next(content.Digests.Count)];
            try
            {
                if (await node.PullAsync(digest, () => Task.Delay(order.Next(MaxPauseMilliseconds))) is not { } bytes)
                {
                    Interlocked.Increment(ref _failed);
                }
                else if (bytes.AsSpan().SequenceEqual(content.Find(digest)))
                {
                    Interlocked.Increment(ref _whole);
                }
                else
                {
                    throw new LabFailedException($"{digest} was served with wrong bytes.");
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Interlocked.Increment(ref _failed);
            }
        }
    }

    private static async Task DropAsync(LoopFileSystem disk, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            disk.DropPages();
            await Task.Delay(1, CancellationToken.None);
        }
    }
}
