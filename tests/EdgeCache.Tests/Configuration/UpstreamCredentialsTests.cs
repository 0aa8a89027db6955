using EdgeCache.Configuration;
using EdgeCache.Origin;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class UpstreamCredentialsTests : IDisposable
{
    // bWU6cDp3 is me:p:w
    private const string Json = """
        { "auths": { "https://index.docker.io/v1/": { "auth": "bWU6cDp3" }, "ghcr.io": { "username": "you", "password": "s" }, "quay.io": {} }, "credsStore": "desktop" }
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EachEndpoint_HasTheCredentialsOfItsOwnHost()
    {
        var draft = Draft("https://mirror.example", "https://ghcr.io", "https://registry-1.docker.io") with { DockerConfigFile = _folder.Write("config.json", Json) };

        var (options, problem) = UpstreamCredentials.Resolve(draft, null);

        Assert.Null(problem);
        var endpoints = Upstreams.CreateEndpoints(options, DockerConfigFile.TryRead(options.DockerConfigFile!));
        Assert.Equal([null, "you", "me"], endpoints.Select(endpoint => endpoint.Credentials?.Username));
    }

    [Fact]
    public void OwnUsername_NeedsNoFileOfTheNode()
    {
        var draft = Draft("https://quay.io");
        draft = draft with { Options = draft.Options with { Username = "u", Password = "p" } };

        Assert.Null(UpstreamCredentials.Resolve(draft, _folder.Write("config.json", Json)).Problem);
    }

    [Theory]
    [InlineData("https://other.example", Json)]
    [InlineData("https://quay.io", Json)]
    [InlineData("https://ghcr.io", "not json")]
    [InlineData("https://ghcr.io", "[]")]
    public void OwnFileThatDoesNotServe_IsAnError(string endpoint, string json)
    {
        var draft = Draft(endpoint) with { DockerConfigFile = _folder.Write("config.json", json) };

        Assert.Equal("DockerConfigFile", UpstreamCredentials.Resolve(draft, null).Problem?.Key);
    }

    [Theory]
    [InlineData("https://other.example", null)]
    [InlineData("https://quay.io", "DockerConfigFile")]
    public void NodesFile_MayLackAHostButNotHideItsSecret(string endpoint, string? key) =>
        Assert.Equal(key, UpstreamCredentials.Resolve(Draft(endpoint), _folder.Write("config.json", Json)).Problem?.Key);

    [Theory]
    [InlineData("{}", true)]
    [InlineData("[]", false)]
    [InlineData("not json", false)]
    public void File_IsOneOnlyIfItIsAnObject(string json, bool isOne) =>
        Assert.Equal(isOne, UpstreamCredentials.IsDockerConfig(_folder.Write("config.json", json)));

    private static UpstreamDraft Draft(params string[] endpoints) =>
        new() { Options = new UpstreamOptions { Name = "x", Endpoints = [.. endpoints.Select(endpoint => new Uri(endpoint))] } };
}
