using EdgeCache.Cli;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Cache;

/// <summary>The verb <c>scrub</c> against a node with a warm cache.</summary>
public sealed class ScrubTests : EdgeTests
{
    private readonly Sample _sample = Sample.Create("team/app", 3 << 20, Sample.SmallBytes);

    [Fact]
    public async Task NothingDamaged_IsExitCode0()
    {
        var edge = await StartWarmAsync();

        var (exitCode, output) = await ScrubAsync(edge);

        Assert.Equal(0, exitCode);
        Assert.Contains("3 objects", output, StringComparison.Ordinal);
        Assert.Contains("0 damaged", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LargeBlobDamaged_IsExitCode3_AndTheNextPullFetchesItAgain()
    {
        var edge = await StartWarmAsync();
        var path = CacheFiles.Final(edge.Cache)[_sample.BlobDigest(0)];
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            file.Position = 2 << 20;
            var bits = (byte)file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(bits ^ 1));
        }

        var (exitCode, output) = await ScrubAsync(edge);

        Assert.Equal(3, exitCode);
        Assert.Contains("1 damaged", output, StringComparison.Ordinal);
        Assert.Equal(1, await edge.MetricAsync("edgecache_damaged_total"));
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        Assert.Equal(1, edge.Origin.Log.Count(When.AnyBlob));
        await edge.SettleAsync();
        Assert.Equal(0, (await ScrubAsync(edge)).ExitCode);
    }

    [Fact]
    public async Task WrongMethodAndWrongRate_AreRefused()
    {
        var edge = await StartWarmAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        using var read = await http.GetAsync(new Uri(edge.Node.AdminAddress, "/scrub"));
        using var wrong = await http.PostAsync(new Uri(edge.Node.AdminAddress, "/scrub?rate=fast"), null);
        using var open = await http.PostAsync(new Uri(edge.Pull, "/scrub"), null);

        Assert.Equal((405, 400, 405), ((int)read.StatusCode, (int)wrong.StatusCode, (int)open.StatusCode));
        Assert.Equal(0, edge.Store.Scrubber.CheckedObjects);
    }

    [Fact]
    public async Task NoNodeThere_IsExitCode1()
    {
        var error = new StringWriter();

        Assert.Equal(1, await EdgeCacheCommandLine.RunAsync(["scrub", "--url", "http://127.0.0.1:1"], new StringWriter(), error));

        Assert.Contains("does not answer", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> ScrubAsync(EdgeFixture edge)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await EdgeCacheCommandLine.RunAsync(["scrub", "--url", edge.Node.AdminAddress.ToString(), "--rate", "500MiB"], output, error);
        Assert.Empty(error.ToString());
        return (exitCode, output.ToString());
    }

    private async Task<EdgeFixture> StartWarmAsync()
    {
        var edge = await StartAsync(new EdgeSetup { Repositories = [_sample.Repository] });
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        (await edge.Client.GetAsync(_sample.BlobPath(1))).AssertIs(_sample.Layers[1].Bytes);
        await edge.SettleAsync();
        edge.Origin.Log.Clear();
        return edge;
    }
}
