using EdgeCache.Load.Simulation;
using Xunit;

namespace EdgeCache.Tests.Load.Simulation;

public sealed class TraceFileTests
{
    private readonly TraceFile _file = new(ObjectSizes.Of([100]));

    [Fact]
    public async Task Lines_AreBlobsByDigest_ManifestsByPath_AndOthers()
    {
        var content = await ReadAsync("v2\nv2/u/a/manifests/1\nv2/u/a/blobs/x\nv2/u/b/blobs/x\nv2/u/b/manifests/1\nv2/u/b/blobs/y 77\nv2/u/b/blobs/y\nv2/_catalog\n");
        Assert.Equal([0, 0, 1, 1], content.Blobs.Requests.ToArray());
        Assert.Equal([100, 77], content.Blobs.SizeBytes.ToArray());
        Assert.Equal([0, 1], content.Manifests.Requests.ToArray());
        Assert.Equal(2, content.Others);
    }

    [Theory]
    [InlineData("", "no request for a blob")]
    [InlineData("v2/u/a/manifests/1", "no request for a blob")]
    [InlineData("v2/u/a/blobs/x\nhello", "line 2")]
    [InlineData("v2/u/a/blobs/x many", "'many' is no size")]
    [InlineData("v2/u/a/blobs/x -5", "'-5' is no size")]
    public async Task OtherLines_AreRefusedWithTheReason(string lines, string reason) =>
        Assert.Contains(reason, (await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(lines))).Message);

    [Fact]
    public async Task LineWithoutEnd_IsRefused() => await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(new string('v', 2000)));

    private Task<TraceContent> ReadAsync(string lines) => _file.ReadAsync(new StringReader(lines), "test", CancellationToken.None);
}
