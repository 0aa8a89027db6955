using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Tiers;

/// <summary>What goes wrong at the registry is what a branch's client is told.</summary>
public sealed class TieredErrorTests : TierTests
{
    private const string Failed = "EdgeCache; fwd=miss; detail=error";
    private readonly Sample _sample = Sample.Create("team/app", Sample.SmallBytes);

    public static TheoryData<int, string?, int, int?> Faults { get; } = new()
    {
        { 404, null, 404, null },
        { 401, null, 403, null },
        { 403, null, 403, null },
        { 429, "7", 503, 7 },
        { 429, null, 503, 30 },
        { 503, "9", 503, 9 },
        { 503, null, 503, null },
        { 504, null, 503, null },
        { 418, null, 503, null },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task FailureOfTheRegistry_PassesBothTiers(int fault, string? retryAfter, int status, int? expectedRetryAfter)
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
        Assert.All([manifest, blob, list, head], answer => AssertRetryAfter(expectedRetryAfter, answer));
        var between = fault == 418 ? 502 : status;
        Assert.Equal($"{Failed}; fwd-status={fault}, {Failed}; fwd-status={between}", manifest.CacheStatus);
        Assert.Equal($"{Failed}, {Failed}", blob.CacheStatus);

        region.Origin.Faults.Clear();
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await branch.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await branch.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
    }

    /// <summary>The region's wait for one image is not the branch's wait for all that the region holds.</summary>
    [Theory]
    [InlineData(429, "600")]
    [InlineData(500, null)]
    public async Task RegistryThatFails_DoesNotKeepTheBranchFromTheRegion(int fault, string? retryAfter)
    {
        var other = Sample.CreateSeeded("team/other", 2, Sample.SmallBytes);
        var (branch, region) = await StartTiersAsync([_sample, other]);
        (await region.Client.GetAsync(other.TagPath())).AssertIs(other.Image.Bytes);
        region.Origin.Faults.Always(When.Any, Fault.Status(fault, retryAfter));
        for (var pull = 0; pull < 10; pull++)
        {
            Assert.Equal(503, (await branch.Client.GetAsync(_sample.BlobPath(0))).Status);
            Assert.Equal(503, (await branch.Client.GetAsync($"/v2/{_sample.Name}/tags/list")).Status);
        }

        (await branch.Client.GetAsync(other.TagPath())).AssertIs(other.Image.Bytes);
    }

    private static void AssertRetryAfter(int? expectedSeconds, EdgeAnswer answer)
    {
        if (expectedSeconds is not { } seconds)
        {
            Assert.Null(answer["Retry-After"]);
            return;
        }

        // A tenth may be added to what the registry said.
        Assert.InRange(int.Parse(answer["Retry-After"] ?? "0", null), seconds, (int)Math.Ceiling(seconds * 1.1));
    }

    [Fact]
    public async Task UnknownUpstreamAtTheRegion_Is404()
    {
        var (branch, _) = await StartTiersAsync([_sample], upstream => upstream with { Name = upstream.Name == EdgeFixture.DefaultUpstream ? upstream.Name : "gone.example" });

        (await branch.Client.GetAsync($"{_sample.TagPath()}?ns=gone.example")).AssertFails(404, "MANIFEST_UNKNOWN");
    }
}
