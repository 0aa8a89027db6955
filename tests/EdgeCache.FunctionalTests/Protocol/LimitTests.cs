using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Protocol;

public sealed class LimitTests : EdgeTests
{
    private const int Limit = 3;
    private readonly Sample _sample = Sample.Create("team/app", [.. Enumerable.Repeat(Sample.LargeBytes, Limit + 1)]);

    [Fact]
    public async Task MoreFillsThanAllowed_Are503_AndHitsGoOn()
    {
        var edge = await StartLimitedAsync();
        (await edge.Client.GetAsync(_sample.BlobPath(Limit))).AssertIs(_sample.Layers[Limit].Bytes);
        await edge.SettleAsync();
        var other = Sample.CreateSeeded("team/other", 9, 100);
        edge.Origin.Content.Add(other.Repository);
        var gate = edge.Origin.Hold(When.AnyBlob, Sample.LargeBytes / 2);
        var pulls = Enumerable.Range(0, Limit).Select(layer => edge.Client.GetAsync(_sample.BlobPath(layer))).ToArray();
        await Eventually.TrueAsync(() => edge.Fills.Active == Limit);

        var refused = await edge.Client.GetAsync(other.BlobPath(0));
        refused.AssertFails(503, "UNKNOWN");
        Assert.Equal("1", refused["Retry-After"]);
        (await edge.Client.GetAsync(_sample.BlobPath(Limit))).AssertIs(_sample.Layers[Limit].Bytes);
        gate.Release();

        for (var layer = 0; layer < Limit; layer++)
        {
            (await pulls[layer]).AssertIs(_sample.Layers[layer].Bytes);
        }

        await edge.SettleAsync();
        (await edge.Client.GetAsync(other.BlobPath(0))).AssertIs(other.Layers[0].Bytes);
    }

    [Fact]
    public async Task MoreReadersOfAFillThanAllowed_Are503()
    {
        var edge = await StartLimitedAsync();
        var gate = edge.Origin.Hold(When.AnyBlob, Sample.LargeBytes / 2);
        var readers = await Task.WhenAll(Enumerable.Range(0, Limit).Select(_ => edge.Client.OpenAsync(_sample.BlobPath(0))));

        var refused = await edge.Client.GetAsync(_sample.BlobPath(0));
        refused.AssertFails(503, "UNKNOWN");
        Assert.Equal("1", refused["Retry-After"]);
        readers[0].Dispose();
        await Eventually.TrueAsync(async () =>
        {
            using var again = await edge.Client.OpenAsync(_sample.BlobPath(0));
            return again.IsSuccessStatusCode;
        });
        gate.Release();

        foreach (var reader in readers[1..])
        {
            Assert.True(await EdgeClient.IsEqualAsync(await reader.Content.ReadAsStreamAsync(), _sample.Layers[0].Bytes));
            reader.Dispose();
        }
    }

    [Fact]
    public async Task MoreWaitersForAManifestThanAllowed_Are503()
    {
        var edge = await StartLimitedAsync();
        var gate = edge.Origin.HoldHeaders(When.AnyManifest);

        var pulls = Enumerable.Range(0, Limit + 1).Select(_ => edge.Client.GetAsync(_sample.TagPath())).ToList();
        var refused = await Task.WhenAny(pulls);
        gate.Release();

        (await refused).AssertFails(503, "UNKNOWN");
        Assert.Equal("1", (await refused)["Retry-After"]);
        pulls.Remove(refused);
        Assert.All(await Task.WhenAll(pulls), answer => answer.AssertIs(_sample.Image.Bytes));
        Assert.Equal(1, edge.Origin.Log.Count(When.Any));
    }

    [Theory]
    [InlineData(200, 10)]
    [InlineData(2, 40_000)]
    public async Task HeadersThatAreTooManyOrTooLong_AreRefused(int count, int length)
    {
        var edge = await StartLimitedAsync();
        var headers = string.Concat(Enumerable.Range(0, count).Select(index => $"X-{index}: {new string('a', length)}\r\n"));

        var answer = await RawHttpClient.GetAsync(edge.Pull, "/v2/", headers);

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
    }

    private Task<EdgeFixture> StartLimitedAsync() => StartAsync(new EdgeSetup
    {
        Repositories = [_sample.Repository],
        Node = node => node with { Limits = node.Limits with { MaxConcurrentFills = Limit, MaxWaitersPerFill = Limit } },
    });
}
