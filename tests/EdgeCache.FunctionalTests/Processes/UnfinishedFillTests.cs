using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Processes;

/// <summary>What has come of a blob before a node ends is not fetched again by the next run.</summary>
public sealed class UnfinishedFillTests : EdgeTests, IDisposable
{
    private const int Size = 8 << 20;
    private const int Sent = 5 << 20;
    private readonly Sample _sample = Sample.Create("team/app", Size);
    private readonly TempFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Theory]
    [InlineData(9)]
    [InlineData(15)]
    public async Task NodeThatEndsInTheMiddle_GoesOnAfterItsRestart(int signal)
    {
        var origin = await StartOriginAsync(_sample.Repository);
        var gate = new OriginGate();
        origin.Faults.Add(When.AnyBlob, new Fault { BodyGate = gate, BodyGateOffset = Sent });
        await using (var node = await NodeProcess.StartAsync(origin, _cache, new Dictionary<string, string?> { ["EDGECACHE__DRAIN__DELAY"] = "0s" }))
        {
            (await node.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
            using (var leaving = await node.Client.OpenAsync(_sample.BlobPath(0)))
            {
                // All that was sent, so that all of it is on the disk.
                await (await leaving.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[Sent - 1]);
            }

            node.Signal(signal);
            await node.EndAsync();
        }

        CacheFiles.AssertVerified(_cache);
        await using var restarted = await NodeProcess.StartAsync(origin, _cache);
        Assert.Empty(CacheFiles.Temporary(_cache));
        (await restarted.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);

        var rest = origin.Log.Where(When.AnyBlob)[^1];
        Assert.Equal($"bytes={Sent}-", rest.Range);
        Assert.Equal(Size - Sent, rest.BytesSent);
        await Eventually.TrueAsync(() => CacheFiles.Holds(_cache, _sample.BlobDigest(0)));
        Assert.DoesNotContain(_cache.ListFiles(), file => file.StartsWith("partial/", StringComparison.Ordinal));
    }
}
