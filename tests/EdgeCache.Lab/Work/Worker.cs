using System.Runtime.InteropServices;

namespace EdgeCache.Lab.Work;

/// <summary>A process whose system calls are tampered with: it pulls blobs over a folder when it is told to, and compares what it gets.</summary>
internal static class Worker
{
    /// <summary>What it says when it waits for <see cref="Go"/>.</summary>
    public const string Ready = "ready";

    /// <summary>SIGCONT, which does nothing to a process that does not wait for it.</summary>
    public const int Go = 18;

    /// <summary>What every worker pulls from: shared with who checks the folder afterwards.</summary>
    public const int Blobs = 24;

    /// <summary>A share of the content, so that every run evicts.</summary>
    public const int LimitPercent = 60;

    private const int Pullers = 2;

    public static long LimitOf(LabContent content) => Math.Max(1 << 20, content.TotalBytes * LimitPercent / 100);

    /// <returns>The exit code: 0 where every pull gave the right bytes or failed, 2 where one gave wrong bytes.</returns>
    public static async Task<int> RunAsync(string folder, int contentSeed, int orderSeed, int pulls, TextWriter output)
    {
        var content = new LabContent(contentSeed, Blobs);
        await using var node = new LabNode(folder, content, LimitOf(content));
        await node.Store.Loaded;
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => told.TrySetResult());
        await output.WriteLineAsync(Ready);
        await output.FlushAsync();
        await told.Task;
        var wrong = await Task.WhenAll(Enumerable.Range(0, Pullers).Select(puller => Task.Run(() => PullAsync(node, content, new Random(orderSeed + puller), pulls))));
        var sums = (Wrong: wrong.Sum(sum => sum.Wrong), Failed: wrong.Sum(sum => sum.Failed));
        await output.WriteLineAsync($"{sums.Failed} failed, {sums.Wrong} wrong");
        return sums.Wrong == 0 ? 0 : 2;
    }

    private static async Task<(int Wrong, int Failed)> PullAsync(LabNode node, LabContent content, Random order, int pulls)
    {
        var (wrong, failed) = (0, 0);
        for (var pull = 0; pull < pulls; pull++)
        {
            var digest = content.Digests[order.Next(content.Digests.Count)];
            try
            {
                var bytes = await node.PullAsync(digest);
                failed += bytes is null ? 1 : 0;
                wrong += bytes is null || bytes.AsSpan().SequenceEqual(content.Find(digest)) ? 0 : 1;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                failed++;
            }
        }

        return (wrong, failed);
    }
}
