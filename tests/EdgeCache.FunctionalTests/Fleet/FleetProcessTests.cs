using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Fleet;

/// <summary>Nodes as processes, which signals stop and kill.</summary>
public sealed class FleetProcessTests
{
    private const int SigStop = 19;
    private const int SigCont = 18;
    private const int Nodes = 3;

    /// <summary>It takes connections and answers nothing: the worst way to be dead.</summary>
    [Fact]
    public async Task StoppedHome_IsNoticedOnce_AndItsKeysMove()
    {
        var app = Sample.Create("team/app", [.. Enumerable.Repeat(Sample.LargeBytes, 12)]);
        await using var origin = await FakeOrigin.StartAsync(app.Repository);
        await using var fleet = await FleetProcesses.StartAsync(origin, Nodes);
        var stopped = fleet.Nodes[0];
        stopped.Signal(SigStop);
        try
        {
            // Some of the blobs are at home there.
            foreach (var index in Enumerable.Range(0, app.Layers.Length))
            {
                (await fleet.Nodes[1 + (index % 2)].Client.GetAsync(app.BlobPath(index))).AssertIs(app.Layers[index].Bytes);
            }
        }
        finally
        {
            stopped.Signal(SigCont);
        }

        Assert.Contains(app.Layers, layer => fleet.HomeOf(layer.Digest) == stopped);
        Assert.All(app.Layers, layer => Assert.Equal(1, origin.Log.Count(OriginRequestKind.BlobGet, layer.Digest)));
        Assert.InRange(Count(fleet.Nodes[1].Output, "did not answer") + Count(fleet.Nodes[2].Output, "did not answer"), 0, 2);
    }

    /// <summary>A hundred pulls by clients that go to the next node where one fails, as containerd does with its mirrors, while a node is killed.</summary>
    [Fact]
    public async Task KilledInTheMiddleOfAHundredPulls_NoPullFails()
    {
        const int Images = 10;
        var apps = Enumerable.Range(0, Images).Select(index => Sample.CreateSeeded($"team/app{index}", index + 1, 300_000, 700_000)).ToArray();
        await using var origin = await FakeOrigin.StartAsync(apps.Select(app => app.Repository));
        origin.BytesPerSecond = 8 << 20;
        await using var fleet = await FleetProcesses.StartAsync(origin, Nodes);
        var pulls = Enumerable.Range(0, 100).Select(index => Task.Run(() => PullAsync(fleet, apps[index % Images], index % Nodes))).ToArray();
        await Eventually.TrueAsync(() => pulls.Count(pull => pull.IsCompleted) > 10);
        await fleet.Nodes[0].KillAsync();
        await Task.WhenAll(pulls);
        Assert.Contains(apps.SelectMany(app => app.Layers), layer => fleet.HomeOf(layer.Digest) == fleet.Nodes[0]);
    }

    /// <summary>One node after the other drains, ends and comes back with its cache, while clients pull.</summary>
    [Fact]
    public async Task RollingRestart_NoPullFails()
    {
        const int Images = 6;
        var apps = Enumerable.Range(0, Images).Select(index => Sample.CreateSeeded($"team/app{index}", index + 1, 200_000)).ToArray();
        await using var origin = await FakeOrigin.StartAsync(apps.Select(app => app.Repository));
        await using var fleet = await FleetProcesses.StartAsync(origin, Nodes);
        using var upgraded = new CancellationTokenSource();
        var pulls = Enumerable.Range(0, 4).Select(client => Task.Run(async () =>
        {
            for (var index = client; !upgraded.IsCancellationRequested; index++)
            {
                await PullAsync(fleet, apps[index % Images], index % Nodes);
                await Task.Delay(20);
            }
        })).ToArray();
        for (var index = 0; index < Nodes; index++)
        {
            await fleet.RestartAsync(index);
        }

        await upgraded.CancelAsync();
        await Task.WhenAll(pulls);
        Assert.All(apps, app => Assert.InRange(origin.Log.Count(OriginRequestKind.BlobGet, app.Layers[0].Digest), 1, Nodes));
    }

    private static async Task PullAsync(FleetProcesses fleet, Sample app, int first)
    {
        var manifest = await GetAsync(fleet, first, app.TagPath(), ("Accept", app.Image.MediaType));
        Assert.Equal(app.Image.Bytes, manifest);
        foreach (var index in Enumerable.Range(0, app.Layers.Length))
        {
            Assert.Equal(app.Layers[index].Bytes, await GetAsync(fleet, first, app.BlobPath(index)));
        }
    }

    /// <summary>Goes on at the next node from where the last one broke off.</summary>
    private static async Task<byte[]> GetAsync(FleetProcesses fleet, int first, string target, params (string, string)[] headers)
    {
        byte[] got = [];
        for (var attempt = 0; attempt < 2 * Nodes; attempt++)
        {
            (string, string)[] range = got.Length > 0 ? [("Range", $"bytes={got.Length}-")] : [];
            var answer = await fleet.Nodes[(first + attempt) % Nodes].Client.GetAsync(target, [.. headers, .. range]);
            got = answer.Status switch { 200 => answer.Body, 206 => [.. got, .. answer.Body], _ => got };
            if (answer.Status is 200 or 206 && !answer.IsTorn)
            {
                return got;
            }
        }

        Assert.Fail($"{target} cannot be had.");
        return [];
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
