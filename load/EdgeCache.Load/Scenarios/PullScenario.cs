using EdgeCache.Demo;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios;

/// <summary>Whole images, as container engines pull them, by several clients at once: first cold, then warm. Every digest is verified.</summary>
/// <param name="countUpstream">Reads the origin's counters; null where the origin is not ours.</param>
internal sealed class PullScenario(LoadTarget target, int clients, Func<CancellationToken, Task<OriginCounts>>? countUpstream)
{
    /// <param name="round">From 1; the first one is called cold.</param>
    public async Task<PullFigures> RunAsync(string repository, string reference, int round, CancellationToken cancellationToken)
    {
        var upstreamBefore = countUpstream is null ? null : await countUpstream(cancellationToken);
        var usageBefore = Usage();
        var pulls = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => PullAsync(repository, reference, cancellationToken)));
        var reports = pulls.Select(pull => pull.Report).OfType<PullReport>().ToList();
        var upstream = countUpstream is null ? null : await countUpstream(cancellationToken) - upstreamBefore!; // Both or neither.
        return new PullFigures(
            $"{repository}:{reference}",
            round,
            clients,
            round == 1,
            Spread.Of(reports.Select(report => report.Elapsed)),
            reports.Sum(report => (long)report.Requests),
            reports.Sum(report => (long)report.Hits),
            reports.Sum(report => report.Bytes),
            upstream?.Requests,
            upstream?.BodyBytes,
            Usage()?.Cpu - usageBefore?.Cpu)
        {
            Failures = pulls.Length - reports.Count,
            Error = pulls.Select(pull => pull.Error).FirstOrDefault(error => error is not null),
        };
    }

    /// <summary>Each client has connections of its own, as each machine of a fleet has.</summary>
    private async Task<(PullReport? Report, string? Error)> PullAsync(string repository, string reference, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = target.Url };
        try
        {
            return (await new ImagePuller(http).PullAsync(repository, reference, cancellationToken), null);
        }
        catch (Exception error) when (error is HttpRequestException or InvalidDataException or IOException)
        {
            return (null, error.Message);
        }
    }

    private ProcessUsage? Usage() => target.ProcessId is { } id ? ProcessUsage.Read(id) : null;
}
