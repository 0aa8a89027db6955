using EdgeCache.Core.Oci;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Simulation;
using Xunit;

namespace EdgeCache.Tests.Load.Simulation;

public sealed class LoggedReplayTests
{
    private const long MiB = 1 << 20;

    private readonly RequestLog _log = new();

    [Fact]
    public void EnoughRoom_EachContentIsFetchedOnce_AndTheWarmUpIsNotCounted()
    {
        Add(1, 10 * MiB);
        Add(9, 4096, isManifest: true);
        _log.Begin();
        Add(1, 10 * MiB);
        Add(2, 30 * MiB);
        Add(9, 4096, isManifest: true);
        Add(2, 30 * MiB);

        var rate = LoggedReplay.Run(_log, 1000 * MiB, 1, CancellationToken.None)!.Value;
        Assert.Equal(0.75, rate.ByCount, 9);
        Assert.Equal(40.0 / 70, rate.ByBytes, 3);
    }

    [Fact]
    public void LittleRoom_IsAsSmallAsTheNodesPoolOfBlobs()
    {
        // Of 64 MiB 16 are the manifests', and of the rest 95 % are used.
        Add(1, 46 * MiB);
        Add(1, 46 * MiB);
        Add(2, 45 * MiB);
        Add(2, 45 * MiB);
        Assert.Equal(0.25, LoggedReplay.Run(_log, 64 * MiB, 1, CancellationToken.None)!.Value.ByCount, 9);
    }

    [Fact]
    public void NothingAsked_IsNoRate()
    {
        Add(1, MiB);
        _log.Begin();
        Assert.Null(LoggedReplay.Run(_log, 64 * MiB, 3, CancellationToken.None));
    }

    private void Add(byte number, long sizeBytes, bool isManifest = false) => _log.Add(new LoggedRequest(Digest.Compute([number]), sizeBytes, isManifest));
}
