using System.Text.Json;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.FunctionalTests.RealParts;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>The Dockerfile's image: what it says of itself, and containers of it that run as it is meant to.</summary>
[Collection(RealPartsCollection.Name)]
public sealed class ImageTests(BuiltImage image) : EdgeTests, IClassFixture<BuiltImage>, IDisposable
{
    private const string Announcement = "listening on ";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RealProgramFact(BuiltImage.Buildah, BuiltImage.Podman)]
    public async Task Image_SaysHowItIsRun()
    {
        var configuration = await image.ReadConfigurationAsync();

        Assert.Equal("1654", configuration.GetProperty("User").GetString());
        Assert.Equal("/app/edgecache", Assert.Single(configuration.GetProperty("Entrypoint").Deserialize<string[]>() ?? []));
        Assert.Equal("/var/cache/edgecache", Assert.Single(configuration.GetProperty("Volumes").EnumerateObject()).Name);
        Assert.Equal("SIGTERM", configuration.GetProperty("StopSignal").GetString());
        Assert.Equal("CMD /app/edgecache health", string.Join(' ', configuration.GetProperty("Healthcheck").GetProperty("Test").EnumerateArray()));
        Assert.True(configuration.GetProperty("ExposedPorts").TryGetProperty("5000/tcp", out _));
    }

    [RealProgramFact(BuiltImage.Buildah, BuiltImage.Podman, BuiltImage.Runtime)]
    public async Task ContainerAsItIs_IsHealthy_AndEndsCleanlyOnSigterm()
    {
        await using var container = await image.RunAsync("as-it-is", ["--network=none"], []);
        await container.WaitForLineAsync(line => line == "listening on http://0.0.0.0:5000", Limit);
        await container.WaitForLineAsync(line => line == "listening on http://127.0.0.1:5001", Limit);

        await Eventually.TrueAsync(async () => (await image.CheckHealthAsync("as-it-is")).ExitCode == 0);

        container.Terminate();
        Assert.Equal(0, (await container.WaitAsync(Limit)).ExitCode);
    }

    /// <summary>Stands in for a systemd, too: the system calls that its unit leaves are enough.</summary>
    [RealProgramFact(BuiltImage.Buildah, BuiltImage.Podman, BuiltImage.Runtime, SystemCallProfile.Program)]
    public async Task ContainerUnderTheUnitsFilter_Pulls_AndDrains()
    {
        var sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);
        var origin = await StartOriginAsync(sample.Repository);
        var gate = origin.HoldAt(sample.BlobDigest(0), Sample.LargeBytes / 2);
        var profile = _folder.Write("profile.json", await SystemCallProfile.ReadAsync(DeployFiles.Read("systemd/edgecache.service")));
        await using var container = await image.RunAsync(
            "filtered",
            ["--network=host", $"--security-opt=seccomp={profile}", "--env=EDGECACHE__LISTEN=http://127.0.0.1:0", "--env=EDGECACHE__ADMIN__LISTEN=http://127.0.0.1:0"],
            ["node", "--upstream", $"docker.io={origin.Url}"]);
        var pull = await container.WaitForLineAsync(line => line.StartsWith(Announcement, StringComparison.Ordinal), Limit);
        using var client = new EdgeClient(new Uri(pull[Announcement.Length..]));

        (await client.GetAsync(sample.BlobPath(1))).AssertIs(sample.Layers[1].Bytes);
        using var download = await client.OpenAsync(sample.BlobPath(0));
        await gate.ReachedAsync();
        container.Terminate();
        await Eventually.TrueAsync(() => IsClosedAsync(client));
        gate.Release();

        Assert.True(await EdgeClient.IsEqualAsync(await download.Content.ReadAsStreamAsync(), sample.Layers[0].Bytes));
        Assert.Equal(0, (await container.WaitAsync(Limit)).ExitCode);
    }

    private static async Task<bool> IsClosedAsync(EdgeClient client) => (await client.GetAsync("/healthz/ready")).Status != 200;
}
