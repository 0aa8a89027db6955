using EdgeCache.Core.Oci;
using EdgeCache.Routing;
using Xunit;

namespace EdgeCache.Tests.Routing;

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
        Assert.True(DockerHubNames.TryParse(text, out var name));
        Assert.Equal(expected, name.Value);
        Assert.True(DockerHubNames.TryParse(name.Value, out var again));
        Assert.Equal(name, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nginx")]
    [InlineData("..")]
    [InlineData("/nginx")]
    public void BadName_IsRefused(string text) => Assert.False(DockerHubNames.TryParse(text, out _));

    [Fact]
    public void PrefixedName_ObeysTheLimit()
    {
        Assert.True(DockerHubNames.TryParse(new string('a', RepositoryName.MaxLength - 8), out var name));
        Assert.Equal(RepositoryName.MaxLength, name.Value.Length);
        Assert.False(DockerHubNames.TryParse(new string('a', RepositoryName.MaxLength - 7), out _));
    }

    [Fact]
    public void OnlyDockerHub_HasTheRule()
    {
        Assert.True(DockerHubNames.AppliesTo("docker.io"));
        Assert.False(DockerHubNames.AppliesTo("quay.io"));
    }
}
