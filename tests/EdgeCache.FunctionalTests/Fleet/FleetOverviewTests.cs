using EdgeCache.Cli;
using EdgeCache.Core.Affinity;
using EdgeCache.Testing.Edge;
using Xunit;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>The verb <c>fleet</c> against a real fleet.</summary>
public sealed class FleetOverviewTests
{
    private static readonly Sample App = Sample.Create("team/app", Sample.LargeBytes);

    [Fact]
    public async Task ShowsMembersLoadHitRateAndTheHome()
    {
        await using var fleet = await FleetFixture.StartAsync(3, new FleetSetup(), App.Repository);
        for (var round = 0; round < 4; round++)
        {
            (await fleet.Nodes[1].Client.GetAsync(App.BlobPath(0))).AssertIs(App.Layers[0].Bytes);
            await fleet.SettleAsync();
        }

        await fleet.Nodes[2].KillAsync();
        await fleet.AllSeeAllAsync();
        var (exitCode, output, error) = await RunAsync(fleet.Nodes[0], "docker.io/team/app@" + App.Layers[0].Digest);
        Assert.True(exitCode == ExitCodes.Success, error);
        var lines = output.Split('\n');
        Assert.Contains($"{fleet.Nodes[0].Name} (asked)", output, StringComparison.Ordinal);
        var asked = Assert.Single(lines, line => line.StartsWith(fleet.Nodes[1].Name + " ", StringComparison.Ordinal));
        // Where the node is not the home, its first request and the second, which keeps a copy, are misses.
        Assert.Matches("Ready .*(50|75)\\.0 %.* MiB", asked);
        Assert.Matches("Unreachable .*-", Assert.Single(lines, line => line.StartsWith(fleet.Nodes[2].Name + " ", StringComparison.Ordinal)));
        var home = fleet.Rank(AffinityKey.Of(App.Layers[0].Digest)).First(node => node.IsRunning);
        Assert.Contains($"home: {home.Name}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoImage_OrNoFleet_IsSaid()
    {
        await using var fleet = await FleetFixture.StartAsync(1, new FleetSetup(), App.Repository);
        var (exitCode, _, error) = await RunAsync(fleet.Nodes[0], "Not An Image");
        Assert.Equal(ExitCodes.Failure, exitCode);
        Assert.Contains("no image", error, StringComparison.Ordinal);

        await using var edge = await EdgeFixture.StartAsync(new EdgeSetup { Repositories = [App.Repository] });
        (exitCode, _, error) = await RunAsync(edge.Node.AdminAddress);
        Assert.Equal(ExitCodes.Failure, exitCode);
        Assert.Contains("no fleet", error, StringComparison.Ordinal);
    }

    /// <summary>Clients learn nothing of the fleet.</summary>
    [Fact]
    public async Task Status_IsForSiblingsOnly()
    {
        await using var fleet = await FleetFixture.StartAsync(1, new FleetSetup(), App.Repository);
        Assert.Equal(404, (await fleet.Nodes[0].Client.GetAsync("/fleet/status")).Status);
        Assert.Equal(404, (await fleet.Nodes[0].Client.GetAsync("/fleet/status", ("EdgeCache-Sibling", "1.x"))).Status);
        Assert.Equal(404, (await fleet.Nodes[0].Client.GetAsync("/fleet")).Status);
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(FleetNode node, string image) => RunAsync(node.Node.AdminAddress, image);

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(Uri admin, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await EdgeCacheCommandLine.RunAsync(["fleet", .. arguments, "--url", admin.ToString()], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
