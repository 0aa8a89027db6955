using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Processes;

/// <summary>The node is killed with fills in progress, at different points; what it left is whole or gone.</summary>
public sealed class KillTests : EdgeTests, IDisposable
{
    private const int Fills = 50;
    private const int Size = 256 * 1024;
    private readonly Sample _sample = Sample.Create("team/app", [.. Enumerable.Repeat(Size, Fills)]);
    private readonly TempFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task KilledWithAllFillsInTheMiddle_LeavesNothingWrong()
    {
        var origin = await StartOriginAsync(_sample.Repository);
        var gate = origin.Hold(When.AnyBlob, Size / 2);

        await KillAndRestartAsync(origin, () => gate.ReachedAsync(TimeSpan.FromSeconds(60)), arrivals: Fills);
    }

    [Fact]
    public async Task KilledWithAllFillsBeforeTheirLastByte_LeavesNothingWrong()
    {
        var origin = await StartOriginAsync(_sample.Repository);
        var gate = origin.Hold(When.AnyBlob, Size - 1);

        await KillAndRestartAsync(origin, () => gate.ReachedAsync(TimeSpan.FromSeconds(60)), arrivals: Fills);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(40)]
    public async Task KilledWhileFillsArePublished_LeavesNothingWrong(int served)
    {
        var origin = await StartOriginAsync(_sample.Repository);
        origin.BytesPerSecond = 8_000_000;
        var ended = 0;

        await KillAndRestartAsync(
            origin, () => Eventually.TrueAsync(() => Volatile.Read(ref ended) >= served), arrivals: 1, () => Interlocked.Increment(ref ended));
    }

    private async Task PullUnlessKilledAsync(NodeProcess node, int layer, byte[] expected, Action? onServed)
    {
        try
        {
            var answer = await node.Client.GetAsync(_sample.BlobPath(layer));
            if (!answer.IsTorn)
            {
                answer.AssertIs(expected);
                onServed?.Invoke();
            }
        }
        catch (HttpRequestException)
        {
            // The client tries a request without an answer again, and nobody listens any more.
        }
    }

    private async Task KillAndRestartAsync(FakeOrigin origin, Func<Task> progress, int arrivals, Action? onServed = null)
    {
        await using (var node = await NodeProcess.StartAsync(origin, _cache))
        {
            (await node.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
            var pulls = _sample.Layers.Select((layer, index) => PullUnlessKilledAsync(node, index, layer.Bytes, onServed)).ToArray();
            for (var arrival = 0; arrival < arrivals; arrival++)
            {
                await progress();
            }

            await node.KillAsync();
            await Task.WhenAll(pulls);
        }

        CacheFiles.AssertVerified(_cache);
        origin.Faults.Clear();
        origin.BytesPerSecond = 0;
        await using var restarted = await NodeProcess.StartAsync(origin, _cache);
        Assert.Empty(CacheFiles.Temporary(_cache));
        (await restarted.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        for (var layer = 0; layer < Fills; layer++)
        {
            (await restarted.Client.GetAsync(_sample.BlobPath(layer))).AssertIs(_sample.Layers[layer].Bytes);
        }

        restarted.Signal(15);
        Assert.Equal(0, await restarted.EndAsync());
        Assert.Equal(Fills + 1, CacheFiles.AssertVerified(_cache));
        Assert.Empty(CacheFiles.Temporary(_cache));
        Assert.Empty(origin.Failures);
    }
}
