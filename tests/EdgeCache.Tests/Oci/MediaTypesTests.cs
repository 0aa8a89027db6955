using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Oci;

public sealed class MediaTypesTests
{
    private const ManifestTypes Images = ManifestTypes.OciManifest | ManifestTypes.DockerManifest;

    [Theory]
    [InlineData(ManifestTypes.OciIndex)]
    [InlineData(ManifestTypes.DockerManifestList)]
    [InlineData(ManifestTypes.OciManifest)]
    [InlineData(ManifestTypes.DockerManifest)]
    [InlineData(ManifestTypes.OciArtifact)]
    public void SingleType_RoundTrips(ManifestTypes type)
    {
        var text = MediaTypes.ToText(type);
        Assert.Equal(type, MediaTypes.Parse(text));
        Assert.Equal(type, MediaTypes.Parse(text.ToUpperInvariant() + " ; charset=utf-8"));
        Assert.Equal(type, MediaTypes.ParseAccept([MediaTypes.ToAccept(type)]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("application/json")]
    [InlineData("application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("application/vnd.oci.image.manifest.v1+jsonx")]
    public void OtherText_IsNone(string? text) => Assert.Equal(ManifestTypes.None, MediaTypes.Parse(text));

    [Theory]
    [InlineData(ManifestTypes.None)]
    [InlineData(ManifestTypes.All)]
    public void TextOfASet_Throws(ManifestTypes types) => Assert.Throws<ArgumentOutOfRangeException>(() => MediaTypes.ToText(types));

    [Fact]
    public void NoAccept_MeansAll()
    {
        Assert.Equal(ManifestTypes.All, MediaTypes.ParseAccept([]));
        Assert.Equal(ManifestTypes.All, MediaTypes.ParseAccept([null, "", " , "]));
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/*")]
    [InlineData("Application/*;q=0.1")]
    [InlineData("application/json")]
    [InlineData("text/html, application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("application/vnd.oci.image.manifest.v1+json, */*")]
    public void WildcardOrUnknown_MeansAll(string accept) => Assert.Equal(ManifestTypes.All, MediaTypes.ParseAccept([accept]));

    [Fact]
    public void TypesInOneOrSeveralValues_Add()
    {
        Assert.Equal(Images, MediaTypes.ParseAccept([MediaTypes.OciManifest + "," + MediaTypes.DockerManifest]));
        Assert.Equal(Images, MediaTypes.ParseAccept([MediaTypes.OciManifest, MediaTypes.DockerManifest + ";q=0.5"]));
        Assert.Equal(Images, MediaTypes.ParseAccept([MediaTypes.ToAccept(Images)]));
    }

    [Theory]
    [InlineData("q=0")]
    [InlineData(" q=0.0 ")]
    [InlineData("Q=0.000")]
    [InlineData("charset=utf-8;q=0")]
    public void WeightOfZero_IsLeftOut(string weight)
    {
        Assert.Equal(ManifestTypes.DockerManifest, MediaTypes.ParseAccept([$"{MediaTypes.OciManifest};{weight}, {MediaTypes.DockerManifest}"]));
        Assert.Equal(ManifestTypes.All & ~ManifestTypes.OciManifest, MediaTypes.ParseAccept([$"*/*, {MediaTypes.OciManifest};{weight}"]));
    }

    [Theory]
    [InlineData("q=0.001")]
    [InlineData("q=1")]
    [InlineData("x=0")]
    public void OtherWeight_IsKept(string weight) =>
        Assert.Equal(ManifestTypes.OciManifest, MediaTypes.ParseAccept([$"{MediaTypes.OciManifest};{weight}"]));
}
