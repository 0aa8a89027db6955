using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>Manifests are verified before their headers: every fault is a clean failure.</summary>
public sealed class ManifestFaultTests(SharedEdge shared) : IClassFixture<SharedEdge>
{
    private readonly Sample _sample = shared.AddSample([.. Enumerable.Repeat(10, 20)]);

    public static TheoryData<string, bool> HeaderFaults { get; } = Cases(UpstreamFault.OfHeaders.Keys);

    public static TheoryData<string, bool> BodyFaults { get; } = Cases(UpstreamFault.OfBody.Keys);

    [Theory]
    [MemberData(nameof(HeaderFaults))]
    public async Task FaultBeforeTheBody_IsACleanFailure(string name, bool byDigest)
    {
        var edge = shared.Renewed;
        var (fault, status) = UpstreamFault.OfHeaders[name];
        edge.Origin.Faults.Always(When.Any, fault(edge.Origin));

        var answer = await edge.Client.GetAsync(PathOf(byDigest));

        answer.AssertFails(status, status switch { 403 => "DENIED", 404 => "MANIFEST_UNKNOWN", _ => "UNKNOWN" });
        Assert.Equal(name == "429" ? "7" : null, answer["Retry-After"]);
        await AssertRecoversAsync(edge, byDigest);
    }

    [Theory]
    [MemberData(nameof(BodyFaults))]
    public async Task FaultInTheBody_IsACleanFailure(string name, bool byDigest)
    {
        var edge = shared.Renewed;
        edge.Origin.Faults.Always(When.AnyManifest, UpstreamFault.OfBody[name].Fault with
        {
            EndsAfterBytes = UpstreamFault.OfBody[name].Fault.EndsAfterBytes is -1 ? _sample.Image.Bytes.Length - 1 : UpstreamFault.OfBody[name].Fault.EndsAfterBytes,
        });

        var answer = await edge.Client.GetAsync(PathOf(byDigest));

        Assert.True(answer.Status is 502 or 503, $"{answer.Status}, torn: {answer.IsTorn}");
        answer.AssertFails(answer.Status, "UNKNOWN");
        await AssertRecoversAsync(edge, byDigest);
    }

    private string PathOf(bool byDigest) => byDigest ? _sample.ManifestPath : _sample.TagPath();

    private async Task AssertRecoversAsync(EdgeFixture edge, bool byDigest)
    {
        await edge.AssertNotStoredAsync(_sample.Image.Digest);
        shared.Recover();
        (await edge.Client.GetAsync(PathOf(byDigest))).AssertIs(_sample.Image.Bytes);
        Assert.StartsWith("EdgeCache; hit", (await edge.Client.GetAsync(PathOf(byDigest))).CacheStatus, StringComparison.Ordinal);
    }

    private static TheoryData<string, bool> Cases(IEnumerable<string> names)
    {
        var cases = new TheoryData<string, bool>();
        foreach (var name in names)
        {
            cases.Add(name, false);
            cases.Add(name, true);
        }

        return cases;
    }
}
