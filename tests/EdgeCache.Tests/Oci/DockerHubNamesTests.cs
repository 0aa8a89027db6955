using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Tests.Oci;

public sealed class DockerHubNamesTests
{
    [Theory]
    [InlineData("nginx", "library/nginx")]
    [InlineData("library/nginx", "library/nginx")]
    [InlineData("library", "library/library")]
    [InlineData("grafana/grafana", "grafana/grafana")]
    [InlineData("a/b/c", "a/b/c")]
    public void Name_GetsThePrefixOnce(string text, string expected)
    {
        var name = DockerHubNames.Canonical(RepositoryName.Parse(text));
        Assert.Equal(expected, name.Value);
        Assert.Equal(name, DockerHubNames.Canonical(name));
    }

    [Fact]
    public void PrefixedName_ObeysTheLimit()
    {
        var longest = RepositoryName.Parse(new string('a', RepositoryName.MaxLength - 8));
        Assert.Equal(RepositoryName.MaxLength, DockerHubNames.Canonical(longest).Value.Length);
        var longer = RepositoryName.Parse(longest.Value + "a");
        Assert.Equal(longer, DockerHubNames.Canonical(longer));
        Assert.Equal(default, DockerHubNames.Canonical(default));
    }

    [Theory]
    [InlineData("docker.io", true)]
    [InlineData("DOCKER.IO", true)]
    [InlineData("registry-1.docker.io", true)]
    [InlineData("quay.io", false)]
    [InlineData("notdocker.io", false)]
    [InlineData("docker.io.evil.example", false)]
    [InlineData("", false)]
    public void OnlyDockerHub_HasTheRule(string name, bool expected) => Assert.Equal(expected, DockerHubNames.IsDockerHub(name));
}
