using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Tiers;

/// <summary>What goes wrong at the registry is what a branch's client is told.</summary>
public sealed class TieredErrorTests : TierTests
{
    private const string Failed = "EdgeCache; fwd=miss; detail=error";
    private readonly Sample _sample = Sample.Create("team/app", Sample.SmallBytes);

    public static TheoryData<int, string?, int, string?> Faults { get; } = new()
    {
        { 404, null, 404, null },
        { 401, null, 403, null },
        { 403, null, 403, null },
        { 429, "7", 503, "7" },
        { 429, null, 503, "30" },
        { 503, "9", 503, "9" },
        { 503, null, 503, null },
        { 504, null, 503, null },
        { 418, null, 503, null },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task FailureOfTheRegistry_PassesBothTiers(int fault, string? retryAfter, int status, string? expectedRetryAfter)
    {
        var (branch, region) = await StartTiersAsync([_sample]);
        region.Origin.Faults.Always(When.Any, Fault.Status(fault, retryAfter));

        var manifest = await branch.Client.GetAsync(_sample.TagPath());
        var blob = await branch.Client.GetAsync(_sample.BlobPath(0));
        var list = await branch.Client.GetAsync($"/v2/{_sample.Name}/tags/list");
        var head = await branch.Client.HeadAsync(_sample.TagPath());

        manifest.AssertFails(status, status switch { 404 => "MANIFEST_UNKNOWN", 403 => "DENIED", _ => "UNKNOWN" });
        blob.AssertFails(status, status switch { 404 => "BLOB_UNKNOWN", 403 => "DENIED", _ => "UNKNOWN" });
        Assert.All([list, head], answer => Assert.Equal(status, answer.Status));
        Assert.All([manifest, blob, list, head], answer => Assert.Equal(expectedRetryAfter, answer["Retry-After"]));
        var between = fault == 418 ? 502 : status;
        Assert.Equal($"{Failed}; fwd-status={fault}, {Failed}; fwd-status={between}", manifest.CacheStatus);
        Assert.Equal($"{Failed}, {Failed}", blob.CacheStatus);

        region.Origin.Faults.Clear();
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await branch.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
    }

    [Fact]
    public async Task UnknownUpstreamAtTheRegion_Is404()
    {
        var (branch, _) = await StartTiersAsync([_sample], upstream => upstream with { Name = upstream.Name == EdgeFixture.DefaultUpstream ? upstream.Name : "gone.example" });

        (await branch.Client.GetAsync($"{_sample.TagPath()}?ns=gone.example")).AssertFails(404, "MANIFEST_UNKNOWN");
    }
}
