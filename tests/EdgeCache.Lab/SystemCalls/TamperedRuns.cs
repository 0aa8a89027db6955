using System.Globalization;
using EdgeCache.Lab.Work;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Lab.SystemCalls;

/// <summary>
/// Runs processes that fill, publish and evict, with strace at their system calls: they are killed at one of them, or the disk fails there. What they leave is whole,
/// no pull gets a wrong byte, and the next start serves everything and sweeps the rest. A folder goes through many runs. Needs strace. Thread-safe.
/// </summary>
internal sealed class TamperedRuns(IReadOnlyList<Tampering> tamperings, int seed)
{
    /// <summary>The programs it needs.</summary>
    public static readonly string[] Programs = ["strace"];

    /// <summary>Of one thread; few make more of a call in one run.</summary>
    private const int MaxNumber = 24;
    private const int Pulls = 60;
    private const int RunsPerFolder = 25;
    private const int KilledExit = 128 + 9;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private long _verified;
    private int _killed;
    private int _ended;

    /// <summary>Files that were found whole afterwards.</summary>
    public long Verified => Interlocked.Read(ref _verified);

    /// <summary>Runs that were killed.</summary>
    public int Killed => Volatile.Read(ref _killed);

    /// <summary>Runs that came to their end.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Runs until it is enough.</summary>
    /// <exception cref="LabFailedException">A promise was not kept.</exception>
    public Task RunAsync(Func<bool> isEnough, Action? progress, CancellationToken cancellationToken) => Parallel.ForAsync(
        0, Environment.ProcessorCount, cancellationToken, async (lane, token) => await RunLaneAsync(new Random(seed + lane), isEnough, progress, token));

    private async Task RunLaneAsync(Random chance, Func<bool> isEnough, Action? progress, CancellationToken cancellationToken)
    {
        while (!isEnough())
        {
            using var folder = new TempFolder();
            var contentSeed = chance.Next();
            for (var run = 0; run < RunsPerFolder && !isEnough(); run++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (tampering, number, order) = (tamperings[chance.Next(tamperings.Count)], chance.Next(1, MaxNumber), chance.Next());
                try
                {
                    await RunAsync(folder.Combine("cache"), contentSeed, order, tampering.Arguments(number, andLater: chance.Next(2) == 0));
                }
                catch (Exception failure) when (failure is LabFailedException or InvalidOperationException or TimeoutException)
                {
                    throw new LabFailedException($"Seed {seed}, {tampering} at number {number}, content {contentSeed}, order {order}: {failure.Message}");
                }

                progress?.Invoke();
            }

            var content = new LabContent(contentSeed, Worker.Blobs);
            await CacheCheck.VerifyRestartAsync(folder.Combine("cache"), content, Worker.LimitOf(content));
        }
    }

    private async Task RunAsync(string folder, int contentSeed, int order, string[] tampering)
    {
        await using (var worker = WorkerProcess.Start(folder, contentSeed, order, Pulls))
        {
            await worker.WaitForLineAsync(line => line == Worker.Ready);
            await using var tracer = RealProcess.Start(
                "strace", ["-f", "-o", "/dev/null", .. tampering, "-p", worker.Id.ToString(CultureInfo.InvariantCulture)]);
            await tracer.WaitForLineAsync(line => line.Contains("attached", StringComparison.Ordinal));
            worker.Signal(Worker.Go);
            switch ((await worker.WaitAsync(Patience)).ExitCode)
            {
                case 0:
                    Interlocked.Increment(ref _ended);
                    break;
                case KilledExit:
                    Interlocked.Increment(ref _killed);
                    break;
                case var exit:
                    throw new LabFailedException($"The process ended with {exit}:\n{worker.Output}");
            }
        }

        Interlocked.Add(ref _verified, CacheCheck.VerifyFiles(folder).Count);
    }
}
