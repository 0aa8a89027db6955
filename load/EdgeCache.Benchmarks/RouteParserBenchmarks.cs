using BenchmarkDotNet.Attributes;
using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using EdgeCache.Routing;

namespace EdgeCache.Benchmarks;

/// <summary>Request targets that were seen lately, to routes; a benchmark says whether it found one.</summary>
public class RouteParserBenchmarks
{
    private const string Host = "edge.example:5000";

    private readonly RouteParser _parser = new(new UpstreamMap(
        [
            new UpstreamOptions { Name = SampleContent.Upstream, Endpoints = [new Uri("https://registry-1.docker.io")] },
            new UpstreamOptions { Name = "quay.io", Endpoints = [new Uri("https://quay.io")] },
        ],
        SampleContent.Upstream));

    private readonly string _tag = SampleContent.Instance.TagTarget;
    private readonly string _digest = SampleContent.Instance.SmallTarget;
    private readonly string _digestText = SampleContent.Instance.Small.Digest.ToString();
    private readonly string _namespaceTarget = SampleContent.Instance.TagTarget + "?ns=" + SampleContent.Upstream;

    [Benchmark]
    [AllocationCeiling(0)]
    public bool ParseTag() => _parser.Parse(_tag, Host, out _) == RouteOutcome.Found;

    [Benchmark]
    [AllocationCeiling(0)]
    public bool ParseDigest() => _parser.Parse(_digest, Host, out _) == RouteOutcome.Found;

    [Benchmark]
    [AllocationCeiling(0)]
    public bool ParseNamespace() => _parser.Parse(_namespaceTarget, Host, out _) == RouteOutcome.Found;

    /// <summary>What of it is the digest's own.</summary>
    [Benchmark]
    [AllocationCeiling(0)]
    public bool DigestTryParse() => Digest.TryParse(_digestText, out _);
}
