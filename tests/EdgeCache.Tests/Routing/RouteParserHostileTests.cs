using System.Text;
using EdgeCache.Core.Oci;
using EdgeCache.Origin;
using EdgeCache.Routing;
using Xunit;

namespace EdgeCache.Tests.Routing;

/// <summary>Targets nobody sends by mistake. None may throw, and none may come through as a name that leads out of a folder.</summary>
public sealed class RouteParserHostileTests
{
    private static readonly string[] Traversals =
    [
        "..", ".", "...", "%2e%2e", "%2E%2e", "%2e.", ".%2e", "..%2f..", "..%2F", "%2e%2e%2f", "%2e%2f", "..\\", "..%5c", "%5c..%5c", "\\..\\", "a\\b",
        "%00", "a%00b", "a\0b", "%252e%252e%252f", "%c0%ae%c0%ae", "%c0%af", "%e0%80%af", "%f0%80%80%af", "\u00c0\u00ae", "\uff0e\uff0e", "\uff0f", "\u2215",
        "%u002e%u002e", "..;", ";a=b", "a;", "~root", "~", "$HOME", "$(id)", "`id`", "a b", "a%20b", "a\tb", "a\r\nb", "%0d%0aX:%20y", "a+b", "a@b", "a,b",
        "a*b", "a#b", "|", "<", ">", "\"", "'", "{", "}", "[", "]", "^", "=", "&", "!", "%", "%2", "%zz", "%41", "%6e", "é", "%c3%a9", "ＡＢＣ", "\u202e",
    ];

    private static readonly RouteParser Parser = new(new UpstreamMap(
        [
            new UpstreamOptions { Name = "docker.io", Endpoints = [new Uri("https://upstream.example")] },
            new UpstreamOptions { Name = "registry.example:5000", Endpoints = [new Uri("https://upstream.example")] },
        ],
        "docker.io"));

    [Theory]
    [InlineData("/v2/{0}/manifests/latest")]
    [InlineData("/v2/library/{0}/manifests/latest")]
    [InlineData("/v2/{0}/library/nginx/manifests/latest")]
    [InlineData("/v2/docker.io/{0}/manifests/latest")]
    [InlineData("/v2/library/nginx/{0}/manifests/latest?ns=docker.io")]
    [InlineData("/v2/library/nginx/manifests/{0}")]
    [InlineData("/v2/library/nginx/manifests/{0}/../../../etc/passwd")]
    [InlineData("/v2/library/nginx/blobs/{0}")]
    [InlineData("/v2/library/nginx/blobs/sha256:{0}")]
    [InlineData("/v2/library/nginx/referrers/{0}")]
    [InlineData("/v2/{0}/tags/list")]
    [InlineData("/{0}/v2/")]
    [InlineData("/v2/{0}")]
    [InlineData("{0}")]
    [InlineData("http://edge/v2/{0}/manifests/latest")]
    public void Traversal_IsRefused(string pattern)
    {
        foreach (var text in Traversals)
        {
            var target = pattern.Replace("{0}", text, StringComparison.Ordinal);
            Assert.True(Parser.Parse(target, "edge", out var route) != RouteOutcome.Found, $"'{target}' became {route}.");
        }
    }

    [Theory]
    [InlineData("//v2/a/manifests/latest")]
    [InlineData("/v2//a/manifests/latest")]
    [InlineData("/v2/a//manifests/latest")]
    [InlineData("/v2/a/manifests//latest")]
    [InlineData("/v2//")]
    [InlineData("/v2/../v2/")]
    [InlineData("/./v2/")]
    [InlineData("/v2/.")]
    [InlineData("/%76%32/")]
    [InlineData("/v2%2f")]
    [InlineData("\\v2\\")]
    [InlineData(" /v2/")]
    [InlineData("/v2/ ")]
    public void UnnormalisedPath_IsMalformed(string target) => Assert.Equal(RouteOutcome.MalformedTarget, Parser.Parse(target, "edge", out _));

    [Theory]
    [InlineData("docker.io%2f..")]
    [InlineData("docker.io/..")]
    [InlineData("%64ocker.io\\")]
    [InlineData("http://docker.io")]
    [InlineData("docker.io@evil.example")]
    [InlineData("docker.io#")]
    [InlineData("docker.io%23")]
    [InlineData("docker.io.")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:80")]
    [InlineData("ｄocker.io")]
    [InlineData("doc\u212aer.io")]
    public void HostileNamespace_IsRefused(string value) =>
        Assert.NotEqual(RouteOutcome.Found, Parser.Parse($"/v2/a/manifests/latest?ns={value}", "edge", out _));

    [Fact]
    public void RandomPieces_NeverThrowNorEscapeTheGrammar()
    {
        string[] pieces =
        [
            "/", "v2", "manifests", "blobs", "tags", "list", "referrers", "uploads", "_catalog", "docker.io", "registry.example:5000", "latest", "a", "B", ".", "..",
            "?", "&", "ns=", "ns=docker.io", "%3A", "%", "%2e", "http://", "https://", "@", ":", "sha256:", "sha512:", new string('0', 64), "\\", "\0", "é", "-", "__", "",
        ];
        var random = new Random(20260102);
        var found = 0;
        for (var round = 0; round < 200_000; round++)
        {
            var target = new StringBuilder(random.Next(3) > 0 ? "/v2/" : "");
            for (var count = random.Next(12); count > 0; count--)
            {
                target.Append(pieces[random.Next(pieces.Length)]).Append(random.Next(2) > 0 ? "/" : "");
            }

            found += CheckInvariant(target.ToString(), pieces[random.Next(pieces.Length)]) ? 1 : 0;
        }

        Assert.InRange(found, 100, 200_000);
    }

    [Fact]
    public void RandomCharacters_NeverThrow()
    {
        var random = new Random(20260103);
        var buffer = new char[64];
        for (var round = 0; round < 100_000; round++)
        {
            var limit = random.Next(2) > 0 ? 128 : char.MaxValue + 1;
            var length = random.Next(buffer.Length);
            for (var index = 0; index < length; index++)
            {
                buffer[index] = (char)random.Next(limit);
            }

            var text = new string(buffer, 0, length);
            CheckInvariant(text, text);
            CheckInvariant("/v2/a/manifests/x?ns=" + text, text);
            CheckInvariant("/v2/" + text + "/manifests/latest", text);
        }
    }

    private static bool CheckInvariant(string target, string host)
    {
        if (Parser.Parse(target, host, out var route) != RouteOutcome.Found)
        {
            Assert.Equal(default, route);
            return false;
        }

        if (route.Kind is OciRouteKind.Ping or OciRouteKind.Catalog)
        {
            return true;
        }

        Assert.True(RepositoryName.IsValid(route.Repository.Repository.Value), target);
        Assert.True(route.Repository.Upstream is "docker.io" or "registry.example:5000", target);
        Assert.Equal(route.Kind is OciRouteKind.Blob or OciRouteKind.Referrers, route.Reference.IsDigest && route.Kind != OciRouteKind.Manifest);
        return true;
    }
}
