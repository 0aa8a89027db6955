using System.Text;
using EdgeCache.Hosting;
using EdgeCache.Origin;
using Xunit;

namespace EdgeCache.Tests.Hosting;

public sealed class DockerConfigTests : IDisposable
{
    // bWU6cDp3 is me:p:w
    private const string Json = """{ "auths": { "https://index.docker.io/v1/": { "auth": "bWU6cDp3" }, "ghcr.io": { "username": "you", "password": "s" }, "broken": { "auth": "%%" } }, "credsStore": "desktop" }""";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("docker.io", "me", "p:w")]
    [InlineData("registry-1.docker.io", "me", "p:w")]
    [InlineData("ghcr.io", "you", "s")]
    public void KnownHost_HasItsCredentials(string host, string username, string password)
    {
        Assert.True(Config(Json)!.TryFind(host, out var foundName, out var foundPassword));
        Assert.Equal((username, password), (foundName, foundPassword));
    }

    [Theory]
    [InlineData("broken")]
    [InlineData("quay.io")]
    public void OtherHost_HasNone(string host) => Assert.False(Config(Json)!.TryFind(host, out _, out _));

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    public void OtherContent_IsRefused(string json) => Assert.Null(Config(json));

    [Fact]
    public void NodesFile_ServesOnlyUpstreamsOfOneAuthority()
    {
        var file = _folder.Write("config.json", Json);

        var alone = UpstreamCredentials.Resolve(Draft("https://ghcr.io"), file);
        var withMirror = UpstreamCredentials.Resolve(Draft("https://ghcr.io", "https://mirror.example"), file);

        Assert.Equal("s", alone.Options.Password);
        Assert.Null(withMirror.Options.Password);
        Assert.Null(withMirror.Problem);
    }

    [Fact]
    public void OwnFileWithoutTheHost_IsAnError()
    {
        var draft = Draft("https://quay.io") with { DockerConfigFile = _folder.Write("config.json", Json) };

        Assert.Equal("DockerConfigFile", UpstreamCredentials.Resolve(draft, null).Problem?.Key);
    }

    private static DockerConfig? Config(string json) => DockerConfig.TryParse(Encoding.UTF8.GetBytes(json));

    private static UpstreamDraft Draft(params string[] endpoints) =>
        new() { Options = new UpstreamOptions { Name = "x", Endpoints = [.. endpoints.Select(endpoint => new Uri(endpoint))] } };
}
