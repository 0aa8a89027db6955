using System.Text;
using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Oci;

public sealed class ManifestDocumentTests
{
    private static readonly string A = Digest.Compute("a"u8).ToString();
    private static readonly string B = Digest.Compute("b"u8, DigestAlgorithm.Sha512).ToString();

    private static readonly string Image =
        $$"""{"schemaVersion":2,"config":{{Named(A, 1)}},"layers":[{{Named(B, 2)}},{{Named(A, 3)}}],"annotations":{"layers":"x"} }""";

    private static readonly string Index =
        $$"""{"schemaVersion":2,"manifests":[{"digest":"{{A}}","size":5,"mediaType":"{{MediaTypes.OciManifest}}","platform":{"os":"linux"} }]}""";

    [Fact]
    public void Image_NamesConfigThenLayers()
    {
        var document = ParseValid(Image, MediaTypes.OciManifest);
        Assert.Equal(ManifestTypes.OciManifest, document.Type);
        Assert.Equal([(A, 1L), (B, 2L), (A, 3L)], document.Descriptors.Select(one => (one.Digest.ToString(), one.SizeBytes)));
        Assert.All(document.Descriptors, one => Assert.False(one.IsManifest));
        Assert.Empty(document.Foreign);
        Assert.Null(document.Subject);
        Assert.Null(document.ArtifactType);
    }

    [Fact]
    public void Index_NamesManifests()
    {
        var document = ParseValid(Index, MediaTypes.DockerManifestList);
        Assert.Equal(ManifestTypes.DockerManifestList, document.Type);
        var member = Assert.Single(document.Descriptors);
        Assert.True(member.IsManifest);
        Assert.Equal(MediaTypes.OciManifest, member.MediaType);
    }

    [Fact]
    public void IndexOfLayers_NamesBlobs()
    {
        var document = ParseValid($$"""{"manifests":[{{Named(A, 1)}},{"digest":"{{B}}"}]}""", MediaTypes.OciIndex);
        Assert.Equal([false, true], document.Descriptors.Select(one => one.IsManifest));
        Assert.Equal(-1, document.Descriptors[1].SizeBytes);
    }

    [Fact]
    public void Artifact_NamesBlobsAndSubject()
    {
        var document = ParseValid(
            $$"""{"mediaType":"{{MediaTypes.OciArtifact}}","artifactType":"x/sbom","blobs":[{{Named(A, 1)}}],"subject":{"digest":"{{B}}","size":7} }""",
            MediaTypes.OciArtifact);
        Assert.Equal("x/sbom", document.ArtifactType);
        Assert.Equal(B, document.Subject!.Value.Digest.ToString());
        Assert.True(document.Subject.Value.IsManifest);
        Assert.Single(document.Descriptors);
    }

    [Fact]
    public void LayerWithUrls_IsForeign()
    {
        var document = ParseValid(
            $$"""{"config":{{Named(A, 1)}},"layers":[{"digest":"{{B}}","size":1,"urls":["http://169.254.169.254/"]},{"digest":"{{A}}","urls":[]}]}""",
            MediaTypes.DockerManifest);
        Assert.Equal(B, Assert.Single(document.Foreign).Digest.ToString());
        Assert.Equal(2, document.Descriptors.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    [InlineData("binary/octet-stream")]
    public void ContentTypeThatSaysNothing_LeavesItToTheBody(string? contentType)
    {
        Assert.Equal(ManifestTypes.OciManifest, ParseValid(Image, contentType).Type);
        Assert.Equal(ManifestTypes.OciIndex, ParseValid(Index, contentType).Type);
        var stated = Image.Replace("{\"schema", $$"""{"mediaType":"{{MediaTypes.DockerManifest}}","schema""", StringComparison.Ordinal);
        Assert.Equal(ManifestTypes.DockerManifest, ParseValid(stated, contentType).Type);
    }

    [Theory]
    [InlineData("""{"schemaVersion":2}""", null)]
    [InlineData("""{"manifests":[],"layers":null}""", "text/html")]
    [InlineData("""{"manifests":[]}""", null)]
    [InlineData("""{"errors":[]}""", "application/json")]
    [InlineData("""{"mediaType":"x/y","manifests":[]}""", null)]
    [InlineData("""{"manifests":[]}""", "text/html")]
    [InlineData("""{"fsLayers":[]}""", "application/vnd.docker.distribution.manifest.v1+prettyjws")]
    public void Type_IsUnknown(string json, string? contentType) => Assert.Equal(ManifestOutcome.UnknownType, Parse(json, contentType));

    [Theory]
    [InlineData("""{"manifests":[],"layers":[]}""", MediaTypes.OciIndex)]
    [InlineData("""{"manifests":[],"layers":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"manifests":[],"config":null}""", MediaTypes.OciIndex)]
    [InlineData("""{"schemaVersion":2,"manifests":[],"config":{}}""", null)]
    [InlineData("""{"manifests":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"layers":[]}""", MediaTypes.OciIndex)]
    [InlineData("""{"layers":[],"fsLayers":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"layers":[]}""", MediaTypes.OciArtifact)]
    [InlineData("""{"mediaType":"application/vnd.oci.image.index.v1+json","layers":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","layers":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"mediaType":"text/plain","layers":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"layers":[],"layers":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"layers":[],"l\u0061yers":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"layers":[],"Manifests":[]}""", MediaTypes.OciManifest)]
    [InlineData("""{"layers":[],"manife\u017fts":[]}""", MediaTypes.OciManifest)]
    public void TwoReadings_AreRefused(string json, string? contentType) => Assert.Equal(ManifestOutcome.Conflict, Parse(json, contentType));

    [Fact]
    public void DescriptorWithTwoDigests_IsRefused() =>
        Assert.Equal(ManifestOutcome.Conflict, Parse($$"""{"layers":[{"digest":"{{A}}","Digest":"{{B}}"}]}""", MediaTypes.OciManifest));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("""{"layers":[],}""")]
    [InlineData("""{"layers":[]/**/}""")]
    [InlineData("\ufeff{}")]
    [InlineData("""{"mediaType":"\ud800"}""")]
    [InlineData("""{"a\ud800":"","layers":[]}""")]
    [InlineData("<html>")]
    public void Text_IsNotJson(string json) => Assert.Equal(ManifestOutcome.NotJson, Parse(json, MediaTypes.OciManifest));

    [Fact]
    public void BrokenUtf8_IsNotJson()
    {
        byte[] content = [.. "{\"artifactType\":\""u8, 0xC0, 0xAF, .. "\",\"layers\":[]}"u8];
        Assert.Equal(ManifestOutcome.NotJson, ManifestDocument.TryParse(content, MediaTypes.OciManifest, out _));
    }

    [Fact]
    public void DeepNesting_IsNotJson()
    {
        var json = $$"""{"layers":[],"x":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""";
        Assert.Equal(ManifestOutcome.NotJson, Parse(json, MediaTypes.OciManifest));
    }

    [Theory]
    [InlineData("""{"mediaType":1,"layers":[]}""")]
    [InlineData("""{"layers":{}}""")]
    [InlineData("""{"layers":"x"}""")]
    [InlineData("""{"layers":[1]}""")]
    [InlineData("""{"layers":[null]}""")]
    [InlineData("""{"layers":[{}]}""")]
    [InlineData("""{"layers":[{"digest":1}]}""")]
    [InlineData("""{"layers":[{"digest":"sha256:abc"}]}""")]
    [InlineData("""{"layers":[{"digest":"../../etc/passwd"}]}""")]
    [InlineData("""{"config":[]}""")]
    [InlineData("""{"config":{"digest":""}}""")]
    [InlineData("""{"layers":[],"subject":{"digest":"x"}}""")]
    [InlineData("""{"layers":[],"subject":"x"}""")]
    [InlineData("{}")]
    public void Shape_IsMalformed(string json) => Assert.Equal(ManifestOutcome.Malformed, Parse(json, MediaTypes.OciManifest));

    [Theory]
    [InlineData("\"size\":-1")]
    [InlineData("\"size\":1.5")]
    [InlineData("\"size\":\"1\"")]
    [InlineData("\"size\":99999999999999999999")]
    [InlineData("\"mediaType\":[]")]
    [InlineData("\"urls\":\"http://x\"")]
    public void Property_IsMalformed(string property) =>
        Assert.Equal(ManifestOutcome.Malformed, Parse($$"""{"layers":[{"digest":"{{A}}",{{property}}}]}""", MediaTypes.OciManifest));

    [Fact]
    public void NullLists_AreEmpty()
    {
        Assert.Empty(ParseValid("""{"manifests":null}""", MediaTypes.OciIndex).Descriptors);
        Assert.Empty(ParseValid("""{"config":null,"layers":null,"subject":null,"mediaType":null}""", MediaTypes.OciManifest).Descriptors);
    }

    [Fact]
    public void Descriptors_AreLimited()
    {
        var many = string.Join(',', Enumerable.Repeat(Named(A, 1), ManifestDocument.MaxDescriptors));
        Assert.Equal(ManifestDocument.MaxDescriptors, ParseValid($$"""{"layers":[{{many}}]}""", MediaTypes.OciManifest).Descriptors.Count);
        Assert.Equal(ManifestOutcome.TooManyDescriptors, Parse($$"""{"layers":[{{many}},{{Named(B, 1)}}]}""", MediaTypes.OciManifest));
    }

    [Fact]
    public void Size_IsLimited()
    {
        var content = new byte[ManifestDocument.MaxSizeBytes + 1];
        content.AsSpan().Fill((byte)' ');
        "{\"layers\":[]}"u8.CopyTo(content);
        Assert.Equal(ManifestOutcome.TooLarge, ManifestDocument.TryParse(content, MediaTypes.OciManifest, out _));
        Assert.Equal(ManifestOutcome.Valid, ManifestDocument.TryParse(content.AsSpan(..^1), MediaTypes.OciManifest, out _));
    }

    [Fact]
    public void MutatedManifests_NeverThrow()
    {
        var random = new Random(20260101);
        var seeds = new[] { Image, Index }.Select(Encoding.UTF8.GetBytes).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var content = seeds[round % seeds.Length].ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                content[random.Next(content.Length)] = (byte)random.Next(256);
            }

            var outcome = ManifestDocument.TryParse(content.AsSpan(0, random.Next(content.Length + 1)), null, out var document);
            Assert.Equal(outcome == ManifestOutcome.Valid, document is not null);
        }
    }

    private static string Named(string digest, long size) => $$"""{"mediaType":"application/x","digest":"{{digest}}","size":{{size}}}""";

    private static ManifestOutcome Parse(string json, string? contentType)
    {
        var outcome = ManifestDocument.TryParse(Encoding.UTF8.GetBytes(json), contentType, out var document);
        Assert.Equal(outcome == ManifestOutcome.Valid, document is not null);
        return outcome;
    }

    private static ManifestDocument ParseValid(string json, string? contentType)
    {
        var outcome = ManifestDocument.TryParse(Encoding.UTF8.GetBytes(json), contentType, out var document);
        Assert.Equal(ManifestOutcome.Valid, outcome);
        return document!;
    }
}
