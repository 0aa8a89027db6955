using System.Diagnostics;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios;

/// <summary>
/// Many clients, connected beforehand, ask for one blob that the cache does not have, at the same moment. Tells whether the upstream is asked
/// once, whether everybody gets the bytes as they come, and what it costs.
/// </summary>
/// <param name="countUpstream">Reads the origin's counters; null where the origin is not ours.</param>
internal sealed class ColdBlobScenario(LoadTarget target, ColdBlobSettings settings, Func<CancellationToken, Task<OriginCounts>>? countUpstream)
{
    /// <param name="sizeBytes">The blob's size; -1 where it is not known.</param>
    public async Task<ColdBlobRound> RunAsync(string path, Digest digest, long sizeBytes, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(settings.TimeLimit);
        var clients = new List<ColdBlobClient>();
        try
        {
            for (var index = 0; index < settings.Clients; index++)
            {
                clients.Add(await ColdBlobClient.ConnectAsync(target.Url, limited.Token));
            }

            var upstreamBefore = countUpstream is null ? null : await countUpstream(limited.Token);
            var usageBefore = Usage();
            var driverBefore = ProcessUsage.Read(Environment.ProcessId);
            var samples = await PullAllAsync(clients, RegistryConnection.CreateGet(target.Url, path), digest, limited.Token);
            cancellationToken.ThrowIfCancellationRequested();
            var driver = ProcessUsage.Read(Environment.ProcessId).Cpu - driverBefore.Cpu;
            var upstream = countUpstream is null ? null : await countUpstream(cancellationToken) - upstreamBefore!; // Both or neither.
            return Summarize(samples, sizeBytes, upstream, (usageBefore, Usage()), driver);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private async Task<ColdBlobSample[]> PullAllAsync(
        List<ColdBlobClient> clients, ReadOnlyMemory<byte> request, Digest digest, CancellationToken cancellationToken)
    {
        var start = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var pulls = clients.Select((client, index) =>
            client.PullAsync(start.Task, request, IsHashed(index) ? digest : default, cancellationToken)).ToList();
        start.SetResult(Stopwatch.GetTimestamp());
        return await Task.WhenAll(pulls);
    }

    private bool IsHashed(int index) => settings.Verify == BodyCheck.All || (settings.Verify == BodyCheck.Sample && index % 10 == 0);

    private ProcessUsage? Usage() => target.ProcessId is { } id ? ProcessUsage.Read(id) : null;

    private static ColdBlobRound Summarize(
        ColdBlobSample[] samples, long sizeBytes, OriginCounts? upstream, (ProcessUsage? Before, ProcessUsage? After) node, TimeSpan driverCpu)
    {
        var exact = samples.Where(sample => sample.IsExact && (sizeBytes < 0 || sample.Bytes == sizeBytes)).ToList();
        var ordered = exact.OrderByDescending(sample => sample.Cache == CacheAnswer.Miss).ThenBy(sample => sample.FirstByte).ToList();
        return new ColdBlobRound(
            samples.Length,
            sizeBytes >= 0 ? sizeBytes : samples.Max(sample => sample.Bytes),
            upstream?.BlobGets,
            upstream?.BodyBytes,
            samples.Count(sample => sample.Cache == CacheAnswer.Miss),
            samples.Count(sample => sample.Cache == CacheAnswer.Collapsed),
            samples.Count(sample => sample.Cache == CacheAnswer.Hit),
            exact.Count,
            ordered.FirstOrDefault().FirstByte,
            Spread.Of(ordered.Skip(1).Select(sample => sample.FirstByte)),
            exact.Select(sample => sample.Total).DefaultIfEmpty().Max(),
            node.After?.Cpu - node.Before?.Cpu,
            node.After?.ResidentBytes,
            node.After?.PeakResidentBytes,
            driverCpu)
        {
            Error = samples.Where(sample => !sample.IsExact).Select(sample => sample.Error ?? $"status {sample.Status}, {sample.Bytes} bytes").FirstOrDefault(),
        };
    }
}
