using EdgeCache.FunctionalTests.Edge;
using EdgeCache.FunctionalTests.Processes;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Security;

public sealed class SecretsTests : EdgeTests, IDisposable
{
    private const string Canary = "canary-9f1c7e";
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Secrets_AppearInNoOutput(bool isBearer)
    {
        var origin = await StartOriginAsync(_sample.Repository);
        origin.Auth = isBearer ? OriginAuth.Bearer("user", Canary) : OriginAuth.Basic("user", Canary);
        origin.Behaviour.RedirectsBlobsToStorage = true;
        using var cache = new TempFolder();
        await using var node = await NodeProcess.StartAsync(origin, cache, Settings, "--config", Configure(origin));

        (await node.Client.GetAsync(_sample.TagPath() + "?token=" + Canary, ("Authorization", "Bearer " + Canary))).AssertIs(_sample.Image.Bytes);
        (await node.Client.GetAsync(_sample.BlobPath(0) + "?X-Signature=" + Canary)).AssertIs(_sample.Layers[0].Bytes);
        origin.Faults.Add(When.Storage, Fault.Status(403));
        Assert.Equal(503, (await node.Client.GetAsync(_sample.BlobPath(1))).Status);
        origin.Faults.Add(When.Storage, Fault.Reset);
        Assert.Equal(503, (await node.Client.GetAsync(_sample.BlobPath(1), ("Cookie", Canary))).Status);
        origin.Auth = origin.Auth with { Password = "changed" };
        origin.Tokens.RevokeAll();
        Assert.Equal(403, (await node.Client.GetAsync(_sample.TagPath("gone"))).Status);
        var metrics = await node.Client.GetAsync(new Uri(node.Admin, "/metrics").ToString());
        node.Signal(15);
        Assert.Equal(0, await node.EndAsync());

        var said = node.Output + System.Text.Encoding.UTF8.GetString(metrics.Body);
        Assert.Contains("team/app", said, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", said, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("user:" + Canary)), said, StringComparison.Ordinal);
        Assert.DoesNotContain("token-1", said, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Settings { get; } = new()
    {
        ["EDGECACHE__LOGGING__LEVEL"] = "Trace",
        ["EDGECACHE__TELEMETRY__ACCESSLOG"] = "true",
    };

    private string Configure(FakeOrigin origin) => _folder.Write("edgecache.json", $$"""
        { "EdgeCache": { "Upstreams": [ {
          "Name": "docker.io", "Endpoints": ["{{origin.Url}}"], "Username": "user", "Password": "{{Canary}}", "AllowPrivateAddresses": true } ] } }
        """);
}
