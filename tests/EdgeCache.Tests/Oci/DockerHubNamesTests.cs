using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Oci;

public sealed class DockerHubNamesTests
{
    [Theory]
    [InlineData("nginx", "library/nginx")]
    [InlineData("library/nginx", "library/nginx")]
    [InlineData("grafana/loki", "grafana/loki")]
    public void Library_IsAddedExactlyOnce(string name, string canonical)
    {
        var once = DockerHubNames.Canonical(RepositoryName.Parse(name));

        Assert.Equal(canonical, once.Value);
        Assert.Equal(once, DockerHubNames.Canonical(once));
    }

    [Fact]
    public void NameWithoutRoomForThePrefix_StaysAsItIs()
    {
        var name = RepositoryName.Parse(new string('a', RepositoryName.MaxLength));

        Assert.Equal(name, DockerHubNames.Canonical(name));
    }

    [Theory]
    [InlineData("docker.io", true)]
    [InlineData("Registry-1.Docker.IO", true)]
    [InlineData("index.docker.io", true)]
    [InlineData("notdocker.io", false)]
    [InlineData("docker.io.example", false)]
    [InlineData("ghcr.io", false)]
    public void IsDockerHub_ByNameOrHost(string text, bool isHub) => Assert.Equal(isHub, DockerHubNames.IsDockerHub(text));
}
