using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Faults;

/// <summary>Whatever the upstream does, no client takes wrong or short bytes for the blob, nothing of it stays, and the next pull works.</summary>
public sealed class BlobFaultTests(SharedEdge shared) : IClassFixture<SharedEdge>
{
    private readonly Sample _sample = shared.AddSample(Sample.LargeBytes, Sample.SmallBytes);

    public static TheoryData<string, bool> HeaderFaults { get; } = Cases(UpstreamFault.OfHeaders.Keys);

    public static TheoryData<string, bool> BodyFaults { get; } = Cases(UpstreamFault.OfBody.Keys);

    [Theory]
    [MemberData(nameof(HeaderFaults))]
    public async Task FaultBeforeTheBody_IsACleanFailure(string name, bool isLarge)
    {
        var edge = shared.Renewed;
        var layer = isLarge ? 0 : 1;
        var (fault, status) = UpstreamFault.OfHeaders[name];
        edge.Origin.Faults.Always(When.Any, fault(edge.Origin));

        var answer = await edge.Client.GetAsync(_sample.BlobPath(layer));

        answer.AssertFails(status, status switch { 403 => "DENIED", 404 => "BLOB_UNKNOWN", _ => "UNKNOWN" });
        Assert.Equal(name == "429" ? "7" : null, answer["Retry-After"]);
        await AssertRecoversAsync(edge, layer);
    }

    [Theory]
    [MemberData(nameof(BodyFaults))]
    public async Task FaultInTheBody_NeverLooksComplete(string name, bool isLarge)
    {
        var edge = shared.Renewed;
        var layer = isLarge ? 0 : 1;
        var content = _sample.Layers[layer].Bytes;
        var (fault, status) = UpstreamFault.OfBody[name];
        edge.Origin.Faults.Always(When.AnyBlob, Scale(fault, content.Length));

        var answer = await shared.AskPatientlyAsync(_sample.BlobPath(layer));

        // What is promised to be long is sent as it comes; whether the node has sent any of it when the body ends is a matter of who is first.
        await AssertHonestAsync(edge, layer, answer, isLarge || name == "length too large", status);
    }

    [Theory]
    [MemberData(nameof(BodyFaults))]
    public async Task FaultInTheBodyOfABlobOfAKnownSize_NeverLooksComplete(string name, bool isLarge)
    {
        var edge = shared.Renewed;
        (await edge.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        var layer = isLarge ? 0 : 1;
        edge.Origin.Faults.Always(When.AnyBlob, Scale(UpstreamFault.OfBody[name].Fault, _sample.Layers[layer].Bytes.Length));

        // The manifest tells the size, so that some faults show earlier, and others by another name.
        await AssertHonestAsync(edge, layer, await shared.AskPatientlyAsync(_sample.BlobPath(layer)), isLarge, status: null);
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

    /// <summary>The faults' offsets are meant for small content; in large content they lie far behind the first visible byte.</summary>
    private static Fault Scale(Fault fault, int sizeBytes)
    {
        var factor = sizeBytes / 2000;
        return fault with
        {
            EndsAfterBytes = fault.EndsAfterBytes < 0 ? sizeBytes + fault.EndsAfterBytes : fault.EndsAfterBytes * factor,
            CutsAfterBytes = fault.CutsAfterBytes * factor,
            ContentLength = fault.ContentLength > 1000 ? fault.ContentLength : fault.ContentLength * factor,
        };
    }

    private async Task AssertHonestAsync(EdgeFixture edge, int layer, EdgeAnswer answer, bool isLarge, int? status)
    {
        if (answer is { Status: 200, IsTorn: false })
        {
            // The rest has been had by other requests: the whole, and right.
            answer.AssertIs(_sample.Layers[layer].Bytes);
            Assert.NotEqual(1, edge.Origin.Log.Count(When.AnyBlob));
            return;
        }

        if (answer.IsTorn)
        {
            // Small blobs are verified before their headers: they fail cleanly, or not at all.
            Assert.True(isLarge, "A small blob was torn.");
            Assert.True(answer["Content-Length"] is not { } promised || answer.Body.Length < long.Parse(promised, null));
        }
        else
        {
            Assert.True(answer.Status == status || (answer.Status is 502 or 503 && (isLarge || status is null or 503)), $"{answer.Status}, {answer.Body.Length} bytes");
            answer.AssertFails(answer.Status, "UNKNOWN");
        }

        await AssertRecoversAsync(edge, layer);
    }

    private async Task AssertRecoversAsync(EdgeFixture edge, int layer)
    {
        await edge.AssertNotStoredAsync(_sample.BlobDigest(layer));
        shared.Recover();
        (await edge.Client.GetAsync(_sample.BlobPath(layer))).AssertIs(_sample.Layers[layer].Bytes);
        await edge.SettleAsync();
        Assert.Equal("EdgeCache; hit", (await edge.Client.GetAsync(_sample.BlobPath(layer))).CacheStatus);
    }
}
