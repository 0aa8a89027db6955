using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Origin;

public sealed class DockerConfigFileTests
{
    // "user:pa:ss"
    private const string Auth = "dXNlcjpwYTpzcw==";

    [Theory]
    [InlineData("ghcr.io", "ghcr.io")]
    [InlineData("https://ghcr.io", "ghcr.io")]
    [InlineData("https://ghcr.io/v2/", "GHCR.io")]
    [InlineData("127.0.0.1:5000", "127.0.0.1:5000")]
    [InlineData("https://index.docker.io/v1/", "registry-1.docker.io")]
    [InlineData("docker.io", "registry-1.docker.io")]
    [InlineData("registry-1.docker.io", "docker.io")]
    public void AuthOfTheHost_IsDecoded(string key, string host)
    {
        var outcome = DockerConfigFile.TryGet($$"""{"auths":{"other.example":{},"{{key}}":{"auth":"{{Auth}}"} } }""", host, out var credentials, out _);

        Assert.Equal(DockerConfigOutcome.Found, outcome);
        Assert.Equal(("user", "pa:ss"), (credentials?.Username, credentials?.Password));
    }

    [Fact]
    public void UsernameAndPassword_AreTaken()
    {
        var outcome = DockerConfigFile.TryGet("""{"auths":{"h":{"username":"u","password":"p"}}}""", "h", out var credentials, out _);

        Assert.Equal(DockerConfigOutcome.Found, outcome);
        Assert.Equal(("u", "p"), (credentials?.Username, credentials?.Password));
        Assert.DoesNotContain("p", credentials?.ToString()?.Replace("(credentials)", string.Empty));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"auths":{}}""")]
    [InlineData("""{"auths":{"h:5000":{"auth":"dTpw"},"ah":{"auth":"dTpw"}}}""")]
    [InlineData("""{"auths":{"h":{}}}""")]
    public void NothingOfTheHost_IsNotFound(string json) =>
        Assert.Equal(DockerConfigOutcome.NotFound, DockerConfigFile.TryGet(json, "h", out _, out _));

    [Theory]
    [InlineData("""{"credHelpers":{"h":"ecr-login"},"auths":{"h":{"auth":"dTpw"}}}""", "ecr-login")]
    [InlineData("""{"credsStore":"desktop","auths":{"h":{}}}""", "desktop")]
    [InlineData("""{"auths":{"h":{"auth":"dTpw","identitytoken":"t"}}}""", "identity token")]
    public void HelpersAndTokens_AreRefusedByName(string json, string named)
    {
        Assert.Equal(DockerConfigOutcome.Unsupported, DockerConfigFile.TryGet(json, "h", out _, out var reason));
        Assert.Contains(named, reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"auths":{"h":1}}""")]
    [InlineData("""{"auths":{"h":{"auth":"%%%"}}}""")]
    [InlineData("""{"auths":{"h":{"auth":"bm9jb2xvbg=="}}}""")]
    public void Malformed_SaysSoWithoutTheContent(string json)
    {
        Assert.Equal(DockerConfigOutcome.Malformed, DockerConfigFile.TryGet(json, "h", out _, out var reason));
        Assert.NotEmpty(reason);
        Assert.DoesNotContain("%%%", reason);
    }
}
