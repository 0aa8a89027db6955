using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using EdgeCache.Routing;
using Xunit;

namespace EdgeCache.Tests.Routing;

public sealed class RouteParserTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Sha256 = "sha256:" + Hex;

    private static readonly RouteParser Parser = new(new UpstreamMap(
        [
            Upstream("docker.io", "hub.edge.example"),
            Upstream("quay.io", "quay.edge.example"),
            Upstream("registry.example:5000"),
        ],
        "docker.io"));

    [Theory]
    [InlineData("/v2/library/nginx/manifests/latest", "docker.io", "library/nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest", "docker.io", "library/nginx", "latest")]
    [InlineData("/v2/library/manifests/latest", "docker.io", "library/library", "latest")]
    [InlineData("/v2/a/b/c/manifests/V1", "docker.io", "a/b/c", "V1")]
    [InlineData("/v2/a/blobs/b/manifests/latest", "docker.io", "a/blobs/b", "latest")]
    [InlineData("/v2/a/manifests/manifests/latest", "docker.io", "a/manifests", "latest")]
    [InlineData("/v2/a/blobs/uploads/manifests/latest", "docker.io", "a/blobs/uploads", "latest")]
    [InlineData("/v2/a/tags/manifests/list", "docker.io", "a/tags", "list")]
    [InlineData("/v2/a/b/manifests/" + Sha256, "docker.io", "a/b", Sha256)]
    [InlineData("/v2/nginx/manifests/latest?ns=docker.io", "docker.io", "library/nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest?ns=quay.io", "quay.io", "nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest?ns=QUAY.io", "quay.io", "nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest?x=1&ns=quay.io&y=%ZZ", "quay.io", "nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest?ns=registry.example:5000", "registry.example:5000", "nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest?ns=registry.example%3A5000", "registry.example:5000", "nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest?ns=registry.example%3a5000", "registry.example:5000", "nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest?ns=", "docker.io", "library/nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest?nsx=quay.io", "docker.io", "library/nginx", "latest")]
    [InlineData("/v2/nginx/manifests/latest?", "docker.io", "library/nginx", "latest")]
    [InlineData("/v2/docker.io/nginx/manifests/latest", "docker.io", "library/nginx", "latest")]
    [InlineData("/v2/docker.io/library/nginx/manifests/latest", "docker.io", "library/nginx", "latest")]
    [InlineData("/v2/quay.io/nginx/manifests/latest", "quay.io", "nginx", "latest")]
    [InlineData("/v2/registry.example:5000/a/b/manifests/latest", "registry.example:5000", "a/b", "latest")]
    [InlineData("/v2/docker.io/library/nginx/manifests/latest?ns=docker.io", "docker.io", "library/nginx", "latest")]
    [InlineData("/v2/docker.io/a/manifests/latest?ns=quay.io", "quay.io", "docker.io/a", "latest")]
    [InlineData("/v2/quay.io/manifests/latest", "docker.io", "library/quay.io", "latest")]
    [InlineData("/v2/quay.io/manifests/manifests/latest", "quay.io", "manifests", "latest")]
    [InlineData("http://quay.edge.example/v2/nginx/manifests/latest", "quay.io", "nginx", "latest")]
    [InlineData("HTTPS://quay.edge.example:8443/v2/nginx/manifests/latest?ns=docker.io", "docker.io", "library/nginx", "latest")]
    public void ManifestTarget_IsFound(string target, string upstream, string repository, string reference)
    {
        Assert.Equal(RouteOutcome.Found, Parser.Parse(target, "edge:5000", out var route));
        Assert.Equal(OciRouteKind.Manifest, route.Kind);
        Assert.Equal(new RepositoryKey(upstream, RepositoryName.Parse(repository)), route.Repository);
        Assert.Equal(Reference.Parse(reference), route.Reference);
        Assert.Equal(target.Contains("ns=", StringComparison.Ordinal) && !target.EndsWith('='), route.UsedNamespace);
    }

    [Theory]
    [InlineData("quay.edge.example", "quay.io", "nginx")]
    [InlineData("QUAY.edge.example:443", "quay.io", "nginx")]
    [InlineData("hub.edge.example", "docker.io", "library/nginx")]
    [InlineData("other.example", "docker.io", "library/nginx")]
    [InlineData("quay.io", "docker.io", "library/nginx")]
    [InlineData("[::1]:5000", "docker.io", "library/nginx")]
    [InlineData("[::1]", "docker.io", "library/nginx")]
    [InlineData("", "docker.io", "library/nginx")]
    public void Host_ChoosesTheUpstream(string host, string upstream, string repository)
    {
        Assert.Equal(RouteOutcome.Found, Parser.Parse("/v2/nginx/manifests/latest", host, out var route));
        Assert.Equal(new RepositoryKey(upstream, RepositoryName.Parse(repository)), route.Repository);
        Assert.False(route.UsedNamespace);
    }

    [Fact]
    public void Precedence_IsNamespaceThenHostThenPrefix()
    {
        Parser.Parse("/v2/a/b/manifests/latest?ns=docker.io", "quay.edge.example", out var route);
        Assert.Equal("docker.io/a/b", route.Repository.ToString());
        Parser.Parse("/v2/docker.io/b/manifests/latest", "quay.edge.example", out route);
        Assert.Equal("quay.io/docker.io/b", route.Repository.ToString());
        Parser.Parse("/v2/quay.io/b/manifests/latest", "quay.edge.example", out route);
        Assert.Equal("quay.io/b", route.Repository.ToString());
    }

    [Theory]
    [InlineData("/v2/")]
    [InlineData("/v2")]
    [InlineData("/v2/?x=y")]
    [InlineData("/v2?ns=")]
    public void Ping_IsFound(string target)
    {
        Assert.Equal(RouteOutcome.Found, Parser.Parse(target, "edge", out var route));
        Assert.Equal(default(OciRoute) with { HasOtherParameters = target.Contains("x=", StringComparison.Ordinal) }, route);
        Assert.Equal(OciRouteKind.Ping, route.Kind);
    }

    [Theory]
    [InlineData("/v2/a/b/blobs/" + Sha256, OciRouteKind.Blob, "docker.io/a/b", Sha256)]
    [InlineData("/v2/quay.io/a/blobs/" + Sha256, OciRouteKind.Blob, "quay.io/a", Sha256)]
    [InlineData("/v2/a/tags/list?n=10&last=x", OciRouteKind.TagsList, "docker.io/library/a", null)]
    [InlineData("/v2/a/manifests/tags/list", OciRouteKind.TagsList, "docker.io/a/manifests", null)]
    [InlineData("/v2/a/b/referrers/" + Sha256, OciRouteKind.Referrers, "docker.io/a/b", Sha256)]
    [InlineData("/v2/_catalog", OciRouteKind.Catalog, "docker.io/", null)]
    [InlineData("/v2/_catalog?ns=quay.io", OciRouteKind.Catalog, "quay.io/", null)]
    [InlineData("/v2/quay.io/_catalog?n=1", OciRouteKind.Catalog, "quay.io/", null)]
    public void OtherTarget_IsFound(string target, OciRouteKind kind, string repository, string? reference)
    {
        Assert.Equal(RouteOutcome.Found, Parser.Parse(target, "edge", out var route));
        Assert.Equal((kind, repository), (route.Kind, route.Repository.ToString()));
        Assert.Equal(reference is null ? default : Reference.Parse(reference), route.Reference);
    }

    [Theory]
    [InlineData("/v2/a/b/manifests/latest?ns=169.254.169.254", RouteOutcome.UnknownUpstream)]
    [InlineData("/v2/a/b/manifests/latest?ns=evil.example", RouteOutcome.UnknownUpstream)]
    [InlineData("/v2/a/b/manifests/latest?ns=docker.io:443", RouteOutcome.UnknownUpstream)]
    [InlineData("/v2/?ns=evil.example", RouteOutcome.UnknownUpstream)]
    [InlineData("/v2/a/b/manifests/latest?ns=docker.io&ns=quay.io", RouteOutcome.MalformedNamespace)]
    [InlineData("/v2/a/b/manifests/latest?ns=docker%2", RouteOutcome.MalformedNamespace)]
    [InlineData("/v2/a/b/manifests/latest?ns=docker%zz", RouteOutcome.MalformedNamespace)]
    [InlineData("/v2/a/b/manifests/latest?ns=docker.io%00", RouteOutcome.MalformedNamespace)]
    [InlineData("/v2/a/b/manifests/latest?ns=docker.io%0d%0a", RouteOutcome.MalformedNamespace)]
    [InlineData("/", RouteOutcome.NotRegistry)]
    [InlineData("/v1/_ping", RouteOutcome.NotRegistry)]
    [InlineData("/v2x/a/manifests/latest", RouteOutcome.NotRegistry)]
    [InlineData("/V2/", RouteOutcome.NotRegistry)]
    [InlineData("/healthz/live", RouteOutcome.NotRegistry)]
    [InlineData("/v2/a", RouteOutcome.UnknownEndpoint)]
    [InlineData("/v2/docker.io/", RouteOutcome.UnknownEndpoint)]
    [InlineData("/v2/a/tags/lists", RouteOutcome.UnknownEndpoint)]
    [InlineData("/v2/a/b/_catalog", RouteOutcome.UnknownEndpoint)]
    [InlineData("/v2/manifests/latest", RouteOutcome.InvalidName)]
    [InlineData("/v2/tags/list", RouteOutcome.InvalidName)]
    [InlineData("/v2/A/manifests/latest", RouteOutcome.InvalidName)]
    [InlineData("/v2/a-/b/manifests/latest", RouteOutcome.InvalidName)]
    [InlineData("/v2/evil.example:5000/b/manifests/latest", RouteOutcome.InvalidName)]
    [InlineData("/v2/a/b/manifests/", RouteOutcome.InvalidTag)]
    [InlineData("/v2/a/b/manifests/-x", RouteOutcome.InvalidTag)]
    [InlineData("/v2/a/b/manifests/.INVALID_MANIFEST_NAME", RouteOutcome.InvalidTag)]
    [InlineData("/v2/a/.b/manifests/x", RouteOutcome.InvalidName)]
    [InlineData("/v2/a/b/manifests/sha256:abc", RouteOutcome.InvalidDigest)]
    [InlineData("/v2/a/b/manifests/sha512:" + Hex, RouteOutcome.InvalidDigest)]
    [InlineData("/v2/a/b/blobs/latest", RouteOutcome.InvalidDigest)]
    [InlineData("/v2/a/b/blobs/", RouteOutcome.InvalidDigest)]
    [InlineData("/v2/a/b/referrers/latest", RouteOutcome.InvalidDigest)]
    [InlineData("/v2/a/b/blobs/uploads", RouteOutcome.UnknownUpload)]
    [InlineData("/v2/a/b/blobs/uploads/", RouteOutcome.UnknownUpload)]
    [InlineData("/v2/a/b/blobs/uploads/4b7c1e0a-0000", RouteOutcome.UnknownUpload)]
    [InlineData("/v2/docker.io/a/blobs/uploads/4b7c1e0a", RouteOutcome.UnknownUpload)]
    [InlineData("http:///v2/", RouteOutcome.MalformedTarget)]
    [InlineData("http://edge", RouteOutcome.MalformedTarget)]
    [InlineData("http://user@edge/v2/", RouteOutcome.MalformedTarget)]
    [InlineData("http://edge?/v2/", RouteOutcome.MalformedTarget)]
    [InlineData("ftp://edge/v2/", RouteOutcome.MalformedTarget)]
    [InlineData("edge:5000", RouteOutcome.MalformedTarget)]
    [InlineData("*", RouteOutcome.MalformedTarget)]
    [InlineData("", RouteOutcome.MalformedTarget)]
    [InlineData("?ns=docker.io", RouteOutcome.MalformedTarget)]
    public void Target_IsRefused(string target, RouteOutcome expected)
    {
        Assert.Equal(expected, Parser.Parse(target, "edge:5000", out var route));
        Assert.Equal(default, route);
    }

    [Fact]
    public void LongTexts_AreRefused()
    {
        var longest = new string('a', 255);
        Assert.Equal(RouteOutcome.Found, Parse($"/v2/quay.io/{longest}/manifests/x"));
        Assert.Equal(RouteOutcome.InvalidName, Parse($"/v2/quay.io/{longest}a/manifests/x"));
        Assert.Equal(RouteOutcome.InvalidName, Parse($"/v2/{new string('b', 100_000)}/manifests/x"));
        Assert.Equal(RouteOutcome.InvalidTag, Parse($"/v2/a/manifests/{new string('c', 129)}"));
        Assert.Equal(RouteOutcome.UnknownUpstream, Parse($"/v2/a/manifests/x?ns={longest}{longest}"));
        Assert.Equal(RouteOutcome.UnknownUpstream, Parse($"/v2/a/manifests/x?ns={string.Concat(Enumerable.Repeat("%61", 5000))}"));
    }

    [Fact]
    public void NoDefault_NeedsAChoice()
    {
        var parser = new RouteParser(new UpstreamMap([Upstream("quay.io")], null));
        Assert.Equal(RouteOutcome.UnknownUpstream, parser.Parse("/v2/a/manifests/x", "edge", out _));
        Assert.Equal(RouteOutcome.UnknownUpstream, parser.Parse("/v2/_catalog", "edge", out _));
        Assert.Equal(RouteOutcome.Found, parser.Parse("/v2/quay.io/a/manifests/x", "edge", out _));
        Assert.Equal(RouteOutcome.Found, parser.Parse("/v2/", "edge", out _));
    }

    [Theory]
    [InlineData("/v2/docker.io/library/nginx/manifests/latest?ns=docker.io")]
    [InlineData("/v2/nginx/blobs/" + Sha256)]
    public void TargetSeenBefore_AllocatesNothing(string target)
    {
        Parse(target);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Parse(target);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static RouteOutcome Parse(string target) => Parser.Parse(target, "edge:5000", out _);

    private static UpstreamOptions Upstream(string name, params string[] hosts) =>
        new() { Name = name, Endpoints = [new Uri("https://upstream.example")], Hosts = hosts };
}
