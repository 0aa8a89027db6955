using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Pulls;

public sealed class FlashCrowdTests : EdgeTests
{
    private const int Clients = 1000;
    private const int Size = 16 << 20;

    /// <summary>PROMISES, flash crowd: all are served from one GET, of which no byte comes twice.</summary>
    [Fact]
    public async Task ThousandClientsOnAColdBlob_AreOneUpstreamGet()
    {
        var sample = Sample.Create("team/app", Size);
        var edge = await StartAsync(new EdgeSetup { Repositories = [sample.Repository] });
        var gate = edge.Origin.HoldAt(sample.BlobDigest(0), Size / 2);

        var pulls = Enumerable.Range(0, Clients).Select(client => PullAsync(edge, sample, isCompared: client % 50 == 0)).ToList();
        await Eventually.TrueAsync(() => edge.InFlight == Clients);
        gate.Release();

        Assert.All(await Task.WhenAll(pulls), length => Assert.Equal(Size, length));
        Assert.Equal(Size, Assert.Single(edge.Origin.Log.Where(When.AnyBlob)).BytesSent);
    }

    /// <returns>How long the body was; -1 where it was another.</returns>
    private static async Task<long> PullAsync(EdgeFixture edge, Sample sample, bool isCompared)
    {
        using var response = await edge.Client.OpenAsync(sample.BlobPath(0));
        var body = await response.Content.ReadAsStreamAsync();
        if (isCompared)
        {
            return await EdgeClient.IsEqualAsync(body, sample.Layers[0].Bytes) ? Size : -1;
        }

        var buffer = new byte[64 * 1024];
        long length = 0;
        int count;
        while ((count = await body.ReadAsync(buffer)) > 0)
        {
            length += count;
        }

        return length;
    }
}
