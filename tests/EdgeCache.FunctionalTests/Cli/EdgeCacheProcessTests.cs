using Xunit;

namespace EdgeCache.FunctionalTests.Cli;

public sealed class EdgeCacheProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgecache-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Node_PrintsItsListeners_AnswersAndEndsCleanlyOnASignal(string signal)
    {
        await using var node = EdgeCacheProcess.Start(
            ["node", "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0", "--cache", Path.Combine(_folder, "cache"), "--upstream", "a=http://127.0.0.1:9"]);
        var pull = AddressOf(await node.ReadLineAsync());
        var admin = AddressOf(await node.ReadLineAsync());
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri(pull, "/healthz/ready")));
        Assert.Contains("\"ready\":true", await client.GetStringAsync(new Uri(admin, "/healthz/ready")), StringComparison.Ordinal);

        await using var health = EdgeCacheProcess.Start(["health", "--url", pull.ToString()]);
        Assert.Equal(0, (await health.EndAsync()).ExitCode);

        await node.SignalAsync(signal);
        var (exitCode, output, error) = await node.EndAsync();

        Assert.True(exitCode == 0, error);
        Assert.DoesNotContain("listening", output, StringComparison.Ordinal);
        Assert.Contains("Upstreams:0:Name = a", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Balancer_PrintsItsListeners_AnswersAndEndsCleanly()
    {
        await using var balancer = EdgeCacheProcess.Start(
            ["balancer", "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0", "--members", "http://127.0.0.1:9"]);
        var pull = AddressOf(await balancer.ReadLineAsync());
        AddressOf(await balancer.ReadLineAsync());
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri(pull, "/healthz/live")));
        using var answer = await client.GetAsync(new Uri(pull, "/v2/"));
        Assert.Equal(503, (int)answer.StatusCode);

        await balancer.SignalAsync("TERM");
        var (exitCode, output, error) = await balancer.EndAsync();

        Assert.True(exitCode == 0, error);
        Assert.Contains("\"status\":503", output, StringComparison.Ordinal);
        Assert.Contains("Fleet:Members = http://127.0.0.1:9", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondSignal_EndsAtOnce()
    {
        await using var node = EdgeCacheProcess.Start(
            ["--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0", "--cache", Path.Combine(_folder, "cache")],
            new Dictionary<string, string> { ["EDGECACHE__DRAIN__DELAY"] = "10m" });
        var ready = new Uri(AddressOf(await node.ReadLineAsync()), "/healthz/ready");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

        await node.SignalAsync("TERM");
        await NotReadyAsync(client, ready);
        await node.SignalAsync("TERM");

        Assert.Equal(143, (await node.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task VerbIsOptional_AndConfigurationComesFromFileAndEnvironment()
    {
        var config = Path.Combine(_folder, "edgecache.json");
        await File.WriteAllTextAsync(config, $$"""{ "EdgeCache": { "Listen": "http://127.0.0.1:0", "Cache": { "Path": "{{_folder}}/cache" } } }""");
        await using var node = EdgeCacheProcess.Start(["--config", config], new Dictionary<string, string> { ["EDGECACHE__ADMIN__LISTEN"] = "http://[::1]:0" });

        Assert.Equal("127.0.0.1", AddressOf(await node.ReadLineAsync()).Host);
        Assert.Equal("[::1]", AddressOf(await node.ReadLineAsync()).Host);
        await node.SignalAsync("TERM");
        Assert.Equal(0, (await node.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task WrongConfiguration_ListsEveryErrorAndIsExitCode2()
    {
        await using var node = EdgeCacheProcess.Start(
            ["node", "--listen", "nowhere", "--cache-limit", "banana", "--default-upstream", "nope"],
            new Dictionary<string, string> { ["EDGECACHE__LISTNE"] = "x" });

        var (exitCode, output, error) = await node.EndAsync();

        Assert.Equal((2, string.Empty), (exitCode, output));
        Assert.All(["\"nowhere\"", "\"banana\"", "\"nope\"", "EdgeCache:LISTNE"], part => Assert.Contains(part, error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TakenPort_IsExitCode1AndTheLastLineSaysWhy()
    {
        var arguments = new[] { "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0", "--cache", Path.Combine(_folder, "cache") };
        await using var first = EdgeCacheProcess.Start(arguments);
        var taken = AddressOf(await first.ReadLineAsync()).GetLeftPart(UriPartial.Authority);

        arguments[1] = taken;
        arguments[5] = Path.Combine(_folder, "other");
        await using var second = EdgeCacheProcess.Start(arguments);
        var (exitCode, output, error) = await second.EndAsync();

        Assert.Equal((1, string.Empty), (exitCode, output));
        var reason = error.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("edgecache: ", reason, StringComparison.Ordinal);
        Assert.Contains(taken, reason, StringComparison.Ordinal);
    }

    private static async Task NotReadyAsync(HttpClient client, Uri ready)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        HttpResponseMessage answer;
        do
        {
            answer = await client.GetAsync(ready, limit.Token);
            answer.Dispose();
        }
        while (answer.IsSuccessStatusCode);
    }

    private static Uri AddressOf(string? line)
    {
        Assert.StartsWith("listening on http://", line, StringComparison.Ordinal);
        return new Uri(line!["listening on ".Length..]); // Asserted above.
    }
}
