using EdgeCache.Cli;
using EdgeCache.Configuration;
using EdgeCache.Hosting;
using Xunit;

namespace EdgeCache.Tests.Cli;

public sealed class EdgeCacheCommandLineTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("node", "--help")]
    public async Task NodesHelp_NamesEveryFlagAndKey(params string[] arguments)
    {
        var (exitCode, output, _) = await RunAsync(arguments);

        Assert.Equal(0, exitCode);
        string[] flags = ["--listen", "--admin", "--cache", "--cache-limit", "--upstream", "--default-upstream", "--tag-freshness", "--config"];
        Assert.All(flags, flag => Assert.Contains("  " + flag + " <", output, StringComparison.Ordinal));
        Assert.All(OptionsSchema.Node, key => Assert.Contains("  " + key.Name, output, StringComparison.Ordinal));
        Assert.All(UpstreamSchema.Keys, key => Assert.Contains("  " + key.Name, output, StringComparison.Ordinal));
        Assert.Contains("EDGECACHE__CACHE__LIMIT", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo", "--once")]
    [InlineData("health", "--url")]
    [InlineData("balancer", "--redirect-listen")]
    [InlineData("balancer", "Balancer:MaxLoad")]
    public async Task OtherVerbsHelp_NamesTheirFlags(string verb, string flag)
    {
        var (exitCode, output, _) = await RunAsync(verb, "--help");

        Assert.Equal(0, exitCode);
        Assert.Contains(flag, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_IsOneLine()
    {
        var (exitCode, output, _) = await RunAsync("--version");

        Assert.Equal((0, ProductVersion.Text), (exitCode, output.TrimEnd()));
    }

    [Theory]
    [InlineData("--bogus")]
    [InlineData("frobnicate")]
    [InlineData("node", "--cache", "a", "--cache", "b")]
    [InlineData("health", "--listen", "http://127.0.0.1:1")]
    [InlineData("health", "--url", "ftp://x")]
    [InlineData("node", "--upstream", "nonsense")]
    [InlineData("node", "--redirect-listen", "http://127.0.0.1:1")]
    [InlineData("balancer")]
    [InlineData("balancer", "--cache", "a")]
    [InlineData("balancer", "--members", "edge-1:5000")]
    [InlineData("balancer", "--members", "http://edge-1:5000", "--redirect-listen", "http://127.0.0.1:1")]
    [InlineData("node", "--config", "/does/not/exist.json")]
    public async Task WrongCommandLine_IsExitCode2(params string[] arguments)
    {
        var (exitCode, output, error) = await RunAsync(arguments);

        Assert.Equal(ExitCodes.WrongConfiguration, exitCode);
        Assert.Equal(string.Empty, output);
        Assert.StartsWith("edgecache: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryFlagOfTheContract_ReachesItsOption()
    {
        var flags = new ServerFlags();
        var root = new System.CommandLine.RootCommand();
        foreach (var flag in flags.All)
        {
            root.Options.Add(flag);
        }

        var layers = flags.Lay(root.Parse([
            "--listen", "http://127.0.0.1:1,http://127.0.0.1:2", "--listen", "http://127.0.0.1:3", "--admin", "http://127.0.0.1:4",
            "--cache", "/tmp/c", "--cache-limit", "60%", "--upstream", "a=http://a.example,http://b.example", "--upstream", "c=http://c.example/base",
            "--default-upstream", "c", "--tag-freshness", "00:01:00"]));
        var reading = OptionsReader.Read(layers);

        Assert.Empty(reading.Errors);
        var options = reading.Options;
        Assert.Equal([1, 2, 3], options.Listen.Select(listen => listen.Port));
        Assert.Equal((4, "/tmp/c", 0.6), (options.Admin.Listen[0].Port, options.Cache.Path, options.Cache.Limit.Share));
        Assert.Equal(("a", 2, "c"), (options.Upstreams[0].Name, options.Upstreams[0].Endpoints.Count, options.DefaultUpstream));
        Assert.Equal(TimeSpan.FromMinutes(1), options.Upstreams[1].TagFreshness);
    }

    [Fact]
    public void BalancersFlags_ReachItsOptions()
    {
        var flags = new ServerFlags(ofBalancer: true);
        var root = new System.CommandLine.RootCommand();
        foreach (var flag in flags.All)
        {
            root.Options.Add(flag);
        }

        var layers = flags.Lay(root.Parse([
            "--listen", "http://127.0.0.1:1", "--redirect-listen", "http://127.0.0.1:2", "--admin", "http://127.0.0.1:3",
            "--members", "http://edge-1:5000,http://edge-2:5000;weight=2", "--upstream", "a=http://a.example"]));
        layers.AddFlag("Fleet:Secret", "--secret", new string('x', 32));
        var reading = OptionsReader.Read(layers, BalancerRules.Check);

        Assert.Empty(reading.Errors);
        var options = reading.Options;
        Assert.Equal((1, 2, 3), (options.Balancer.Listen[0].Port, options.Balancer.RedirectListen[0].Port, options.Admin.Listen[0].Port));
        Assert.Equal([1, 2], options.Fleet.Members.Select(member => member.Weight));
        Assert.Equal(new EdgeCacheOptions().Listen, options.Listen);
    }

    [Fact]
    public void ReadmesTable_HasARowForEachKey() =>
        Assert.Equal(OptionsSchema.Node.Count + UpstreamSchema.Keys.Count + 2, ConfigurationText.ForReadme().TrimEnd().Split('\n').Length);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await EdgeCacheCommandLine.RunAsync(arguments, output, error), output.ToString(), error.ToString());
    }
}
