using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class UpstreamEndpointTests
{
    [Theory]
    [InlineData("https://h.example", "https://h.example/v2/a/b/manifests/x", "repository:a/b:pull")]
    [InlineData("https://h.example:8443/", "https://h.example:8443/v2/a/b/manifests/x", "repository:a/b:pull")]
    [InlineData("https://h.example/v2/", "https://h.example/v2/a/b/manifests/x", "repository:a/b:pull")]
    [InlineData("http://h.example/hub", "http://h.example/v2/hub/a/b/manifests/x", "repository:hub/a/b:pull")]
    [InlineData("http://h.example/v2/hub/mirror/", "http://h.example/v2/hub/mirror/a/b/manifests/x", "repository:hub/mirror/a/b:pull")]
    public void BasePath_PrefixesTheName(string configured, string uri, string scope)
    {
        Assert.True(UpstreamEndpoint.TryCreate(0, new Uri(configured), null, null, out var endpoint, out _));

        Assert.Equal(uri, endpoint.UriOf(RepositoryName.Parse("a/b"), "manifests/x").AbsoluteUri);
        Assert.Equal(scope, endpoint.PullScope(RepositoryName.Parse("a/b")));
    }

    [Theory]
    [InlineData("http://shield.example:5000", "docker.io", "http://shield.example:5000/v2/a/b/manifests/x?ns=docker.io")]
    [InlineData("http://shield.example:5000/v2", "other.example:5000", "http://shield.example:5000/v2/a/b/manifests/x?ns=other.example%3A5000")]
    [InlineData("http://shield.example/hub", "hub", "http://shield.example/v2/hub/a/b/manifests/x?ns=hub")]
    public void Namespace_IsSaidInTheQuery(string configured, string ns, string uri)
    {
        Assert.True(UpstreamEndpoint.TryCreate(0, new Uri(configured), null, ns, out var endpoint, out _));

        Assert.Equal(uri, endpoint.UriOf(RepositoryName.Parse("a/b"), "manifests/x").AbsoluteUri);
        Assert.Equal(ns, endpoint.Namespace);
    }

    [Theory]
    [InlineData("ftp://h.example")]
    [InlineData("https://user@h.example")]
    [InlineData("https://h.example/?a=b")]
    [InlineData("https://h.example/#a")]
    [InlineData("https://h.example/Up")]
    [InlineData("https://h.example/a//b")]
    [InlineData("relative")]
    public void Invalid_SaysWhatIsAllowed(string configured)
    {
        Assert.False(UpstreamEndpoint.TryCreate(0, new Uri(configured, UriKind.RelativeOrAbsolute), null, null, out _, out var reason));
        Assert.StartsWith("an endpoint", reason);
    }
}
