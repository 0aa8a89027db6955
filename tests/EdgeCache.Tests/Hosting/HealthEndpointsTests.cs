using EdgeCache.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.Tests.Hosting;

public sealed class HealthEndpointsTests
{
    [Fact]
    public async Task CheckThatIsNotReady_Answers503WithDetailsForTheOperatorOnly()
    {
        await using var node = await TestNode.StartAsync(extra: services => services.AddSingleton<IReadinessCheck>(new LoadingIndex()));

        using var bare = await node.Client.GetAsync(new Uri(node.Pull, HealthEndpoints.ReadyPath));
        using var detailed = await node.Client.GetAsync(new Uri(node.Admin, HealthEndpoints.ReadyPath));

        Assert.Equal((503, "not ready\n"), ((int)bare.StatusCode, await bare.Content.ReadAsStringAsync()));
        Assert.Equal(503, (int)detailed.StatusCode);
        var text = await detailed.Content.ReadAsStringAsync();
        Assert.StartsWith("""{"ready":false,"draining":false,"checks":[""", text, StringComparison.Ordinal);
        Assert.Contains("""{"name":"segments","ready":false,"detail":"12 of 40 segments"}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherMethod_Is405()
    {
        await using var node = await TestNode.StartAsync();

        using var answer = await node.Client.PostAsync(new Uri(node.Pull, HealthEndpoints.LivePath), null);

        Assert.Equal(405, (int)answer.StatusCode);
        Assert.Equal(["GET", "HEAD"], answer.Content.Headers.Allow);
    }

    private sealed class LoadingIndex : IReadinessCheck
    {
        public string Name => "segments";

        public ReadinessResult Check() => new(false, "12 of 40 segments");
    }
}
