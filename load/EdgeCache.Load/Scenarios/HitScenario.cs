using System.Diagnostics;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>A closed loop of GETs of one cached object over keep-alive connections: the rate that the node can give, and what a request costs it.</summary>
internal sealed class HitScenario(LoadTarget target)
{
    /// <summary>The node answers with metrics that may be this old; what ran no longer cannot be told from what ran before.</summary>
    private static readonly TimeSpan MetricsAge = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan PullPause = TimeSpan.FromMilliseconds(50);

    private const int MaxPulls = 600;

    /// <param name="path">What is asked for; it is pulled before, until it is a hit.</param>
    /// <param name="accept">The Accept header; null for none.</param>
    /// <param name="digest">The object's digest; default where it is not known, and then nothing is hashed.</param>
    /// <exception cref="InvalidDataException">The object cannot be had.</exception>
    public async Task<HitFigures> RunAsync(string path, string? accept, Digest digest, HitSettings settings, CancellationToken cancellationToken)
    {
        var request = RegistryConnection.CreateGet(target.Url, path, accept);
        var sizeBytes = await PullUntilHitAsync(request, path, cancellationToken);
        var loops = new List<HitLoop>();
        try
        {
            for (var index = 0; index < settings.Connections; index++)
            {
                loops.Add(await HitLoop.ConnectAsync(target.Url, request, settings.Verify == BodyCheck.All ? digest : default, cancellationToken));
            }

            var running = loops.Select(loop => Task.Run(() => loop.RunAsync(cancellationToken), cancellationToken)).ToList();
            return await MeasureAsync(path, sizeBytes, settings, loops, running, cancellationToken);
        }
        finally
        {
            loops.ForEach(loop => loop.Dispose());
        }
    }

    private async Task<HitFigures> MeasureAsync(
        string path, long sizeBytes, HitSettings settings, List<HitLoop> loops, List<Task> running, CancellationToken cancellationToken)
    {
        await Task.Delay(settings.WarmUp, cancellationToken);
        var before = (Node: Usage(), Driver: ProcessUsage.Read(Environment.ProcessId), Runtime: await ReadRuntimeAsync(settings, cancellationToken));
        var started = Stopwatch.GetTimestamp();
        loops.ForEach(loop => loop.BeginCounting());
        await Task.Delay(settings.Duration, cancellationToken);
        var bytes = loops.Sum(loop => loop.Bytes);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var (node, driver) = (Usage(), ProcessUsage.Read(Environment.ProcessId));
        loops.ForEach(loop => loop.Stop());
        await Task.WhenAll(running);
        var runtime = await ReadRuntimeAsync(settings, cancellationToken) - before.Runtime;
        var latencies = new LatencyHistogram();
        loops.ForEach(loop => latencies.Add(loop.Latencies));
        return new HitFigures(
            path,
            sizeBytes,
            settings.Connections,
            elapsed,
            latencies.Count,
            loops.Sum(loop => loop.Failures),
            loops.Sum(loop => loop.NotHits),
            bytes,
            latencies.Percentile(0.5),
            latencies.Percentile(0.99),
            latencies.Percentile(0.999),
            latencies.Max,
            node?.Cpu - before.Node?.Cpu,
            node?.ResidentBytes,
            runtime,
            driver.Cpu - before.Driver.Cpu);
    }

    /// <summary>The first client has the last byte when the digest matches; the object is a hit when it is published, an fsync later.</summary>
    private async Task<long> PullUntilHitAsync(ReadOnlyMemory<byte> request, string path, CancellationToken cancellationToken)
    {
        using var connection = await RegistryConnection.ConnectAsync(target.Url, 128 << 10, cancellationToken);
        for (var pull = 0; pull < MaxPulls; pull++)
        {
            var head = await connection.SendAsync(request, cancellationToken);
            while (await connection.ReadAsync(cancellationToken) is { IsEmpty: false })
            {
                // Only its end matters.
            }

            if (head.Status != 200)
            {
                throw new InvalidDataException($"{target.Url}{path[1..]} answers {head.Status}.");
            }

            if (!head.IsNoHit)
            {
                return head.BodyBytes;
            }

            await Task.Delay(PullPause, cancellationToken);
        }

        throw new InvalidDataException($"{target.Url}{path[1..]} was pulled {MaxPulls} times and is no hit.");
    }

    private ProcessUsage? Usage() => target.ProcessId is { } id ? ProcessUsage.Read(id) : null;

    private async Task<RuntimeCounts?> ReadRuntimeAsync(HitSettings settings, CancellationToken cancellationToken)
    {
        if (target.MetricsUrl is null || settings.Duration <= MetricsAge || settings.WarmUp <= MetricsAge)
        {
            return null;
        }

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { MaxResponseContentBufferSize = 4 << 20 };
        return RuntimeCounts.Parse(await http.GetStringAsync(target.MetricsUrl, cancellationToken));
    }
}
