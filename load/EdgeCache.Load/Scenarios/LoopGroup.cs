using System.Diagnostics;
using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>Runs loops together through a window and adds up what they counted. Pure but for the loops.</summary>
internal static class LoopGroup
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    public static async Task<LoopResult> RunAsync(IReadOnlyList<IRequestLoop> loops, LoopWindow window, CancellationToken cancellationToken)
    {
        var running = loops.Select(loop => Task.Run(() => loop.RunAsync(cancellationToken), cancellationToken)).ToList();
        await Task.Delay(window.WarmUp, cancellationToken);
        var meter = new CostMeter(window.Server);
        var started = Stopwatch.GetTimestamp();
        Each(loops, loop => loop.BeginCounting());
        await Task.Delay(window.Duration, cancellationToken);
        while (loops.All(loop => loop.Bytes == 0) && running.TrueForAll(loop => !loop.IsCompleted) && Stopwatch.GetElapsedTime(started) < window.Limit)
        {
            await Task.Delay(Tick, cancellationToken);
        }

        var bytes = loops.Sum(loop => loop.Bytes);
        var (elapsed, cost) = (Stopwatch.GetElapsedTime(started), meter.Read());
        Each(loops, loop => loop.Stop());
        await Task.WhenAll(running);
        var latencies = new LatencyHistogram();
        Each(loops, loop => latencies.Add(loop.Latencies));
        return new LoopResult(elapsed, latencies.Count, bytes, loops.Sum(loop => loop.Failures), loops.Sum(loop => loop.NotHits), latencies, cost);
    }

    private static void Each(IReadOnlyList<IRequestLoop> loops, Action<IRequestLoop> action)
    {
        foreach (var loop in loops)
        {
            action(loop);
        }
    }
}
