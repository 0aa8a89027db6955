using EdgeCache.Cli;
using EdgeCache.Configuration;
using EdgeCache.Hosting;
using EdgeCache.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.Tests.Cli;

public sealed class HealthCommandTests
{
    [Fact]
    public async Task ReadyNode_IsExitCode0()
    {
        await using var node = await TestNode.StartAsync();

        Assert.Equal(0, await RunAsync(node.Pull.ToString(), new ConfigurationLayers()));
        Assert.Equal(0, await RunAsync(null, Layers($"http://127.0.0.1:{node.Admin.Port}")));
        Assert.Equal(0, await RunAsync($"{node.Admin}healthz/live", new ConfigurationLayers()));
    }

    [Fact]
    public async Task DrainingNode_IsExitCode1()
    {
        await using var node = await TestNode.StartAsync();
        node.Node.Services.GetRequiredService<DrainState>().Begin();

        Assert.Equal(1, await RunAsync(node.Pull.ToString(), new ConfigurationLayers()));
    }

    [Fact]
    public async Task NobodyThere_IsExitCode1()
    {
        var node = await TestNode.StartAsync();
        var address = node.Pull.ToString();
        await node.DisposeAsync();

        Assert.Equal(1, await RunAsync(address, new ConfigurationLayers()));
    }

    [Fact]
    public async Task FreePort_NeedsAUrl() => Assert.Equal(2, await RunAsync(null, Layers("http://127.0.0.1:0")));

    private static ConfigurationLayers Layers(string admin)
    {
        var layers = new ConfigurationLayers();
        layers.AddFlag("Admin:Listen", "--admin", admin);
        return layers;
    }

    private static Task<int> RunAsync(string? url, ConfigurationLayers layers) =>
        HealthCommand.RunAsync(url, layers, (TextWriter.Null, TextWriter.Null), CancellationToken.None);
}
