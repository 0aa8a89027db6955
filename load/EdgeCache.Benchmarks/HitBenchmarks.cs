using BenchmarkDotNet.Attributes;

namespace EdgeCache.Benchmarks;

/// <summary>
/// Whole hits: from the client's request to the last byte of the answer, over a socket, on one keep-alive connection to a node in this process. A time
/// holds the client's share and two wake-ups of a thread; what is allocated is the node's, since the client allocates nothing.
/// </summary>
public class HitBenchmarks
{
    // About 230 bytes in a Release build. A Debug build's state machines, which are objects, make it 1,800.
#if DEBUG
    private const int CeilingBytes = 3000;
#else
    private const int CeilingBytes = 1000;
#endif

    private SampleNode? _node;

    // Set before anything is measured.
    private SampleNode Node => _node!;

    [GlobalSetup]
    public async Task SetupAsync() => _node = await SampleNode.StartAsync();

    [GlobalCleanup]
    public async Task CleanupAsync() => await Node.DisposeAsync();

    [Benchmark]
    [AllocationCeiling(CeilingBytes, IsProcessWide = true, Calls = 500)]
    public bool ManifestByTag() => Node.Exchange(Node.Tag);

    [Benchmark]
    [AllocationCeiling(CeilingBytes, IsProcessWide = true, Calls = 500)]
    public bool ManifestByDigest() => Node.Exchange(Node.Manifest);

    /// <summary>4 KiB, out of memory.</summary>
    [Benchmark]
    [AllocationCeiling(CeilingBytes, IsProcessWide = true, Calls = 500)]
    public bool SmallBlob() => Node.Exchange(Node.Small);
}
