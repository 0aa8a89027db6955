using BenchmarkDotNet.Attributes;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;

namespace EdgeCache.Benchmarks;

/// <summary>What a verified miss does with 1 MiB.</summary>
public class FillBenchmarks
{
    private readonly byte[] _content = SampleContent.Instance.Large.Bytes;
    private readonly Digest _digest = SampleContent.Instance.Large.Digest;
    private SampleStore? _sample;

    [GlobalSetup]
    public async Task SetupAsync() => _sample = await SampleStore.OpenAsync();

    [GlobalCleanup]
    public async Task CleanupAsync() => await _sample!.DisposeAsync(); // Set up before.

    [Benchmark]
    [AllocationCeiling(0, Calls = 10)]
    public bool Sha256() => Digest.Compute(_content) == _digest;

    /// <summary>A temporary file of its own each time: written, hashed, deleted; nothing is made durable.</summary>
    [Benchmark]
    [AllocationCeiling(4096, Calls = 10)]
    public bool Append()
    {
        // Set before anything is measured.
        using var pending = _sample!.Store.Begin(_digest, BlobPool.Blobs, _content.Length);
        pending.Writer.Append(_content);
        return pending.Writer.Finish() == _digest;
    }
}
