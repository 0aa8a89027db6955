using System.Globalization;
using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>What a run must show: no wrong byte, no failed pull, and a hit rate that is the same from outside and inside. Pure.</summary>
internal static class RunJudge
{
    /// <summary>Of requests or bytes: how far what the nodes claim may be from what was seen (issue 6).</summary>
    public const double AllowedDistance = 0.001;

    /// <summary>How far the hit rate may be from what the eviction alone gives for the same requests (issue 6).</summary>
    public const double AllowedFromSimulation = 0.02;

    /// <summary>The nodes' memory in MiB, and their open files but for those they account for.</summary>
    private static readonly FlatRule Memory = new("memory flat", 0.05, 16, "MiB PSS");
    private static readonly FlatRule Files = new("unexplained open files flat", 0.05, 16, "files");

    /// <param name="simulated">What the eviction alone gives for the same requests; null where it is not known.</param>
    /// <param name="hasLostNode">Whether a node was killed, with what it had counted last.</param>
    public static IReadOnlyList<RunVerdict> Judge(RunSettings settings, RunSample total, IReadOnlyList<RunSample> samples, HitRate? simulated, bool hasLostNode)
    {
        var clients = total.Clients;
        var verdicts = new List<RunVerdict>
        {
            new("every digest right", clients.Mismatches == 0, $"{clients.Mismatches} pulls got a body that was not what its digest says"),
            new("no pull failed", clients.Failures == 0, $"{clients.Failures} of {clients.Pulls + clients.UpToDate + clients.Failures + clients.Mismatches} pulls failed"),
            new("something was pulled", clients.Gets > 0, $"{clients.Gets} manifests and blobs"),
            JudgeHitRate(total, hasLostNode),
            JudgeSimulation(total, simulated, hasLostNode),
        };
        if (settings.JudgesMemory)
        {
            var usages = samples.Select(sample => sample.Usage).OfType<NodeUsage>().ToList();
            verdicts.Add(Memory.Judge([.. usages.Select(usage => usage.ProportionalBytes / 1048576.0)]));
            verdicts.Add(Files.Judge([.. usages.Select(usage => (double)(usage.OpenFiles - usage.ExplainedFiles))]));
        }

        return verdicts;
    }

    private static RunVerdict JudgeSimulation(RunSample total, HitRate? simulated, bool hasLostNode)
    {
        const string name = "hit rate as simulated";
        if (total.Outside is not { } outside || simulated is not { } expected)
        {
            return new RunVerdict(name, null, "the counters of the origin or the requests are not known");
        }

        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"outside {outside.ByCount:0.000 %} of GETs, {outside.ByBytes:0.000 %} of bytes; eviction alone gives {expected.ByCount:0.000 %} and {expected.ByBytes:0.000 %}; allowed is {AllowedFromSimulation:0.0 %} apart");
        return hasLostNode
            ? new RunVerdict(name, null, text + "; not judged, since a node was lost")
            : new RunVerdict(name, outside.DistanceTo(expected) <= AllowedFromSimulation, text);
    }

    private static RunVerdict JudgeHitRate(RunSample total, bool hasLostNode)
    {
        const string name = "hit rate as claimed";
        if (total.Outside is not { } outside || total.Inside is not { } inside)
        {
            return new RunVerdict(name, null, "the counters of the origin or of the nodes are not known");
        }

        var distance = outside.DistanceTo(inside);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"outside {outside.ByCount:0.000 %} of GETs, {outside.ByBytes:0.000 %} of bytes; the nodes say {inside.ByCount:0.000 %} and {inside.ByBytes:0.000 %}; allowed is {AllowedDistance:0.0 %} apart");
        return hasLostNode
            ? new RunVerdict(name, null, text + "; not judged, since what a killed node had counted last is lost")
            : new RunVerdict(name, distance <= AllowedDistance, text);
    }
}
