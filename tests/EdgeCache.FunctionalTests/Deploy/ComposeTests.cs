using EdgeCache.FunctionalTests.Deploy.Chart;
using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>The parts of deploy/compose know each other by the right names.</summary>
public sealed class ComposeTests
{
    private readonly IReadOnlyDictionary<string, object?> _file = YamlValues.ReadMap(DeployFiles.Read("compose/compose.yaml"));

    private IReadOnlyDictionary<string, object?> Services => MapAt(_file, "services");

    [Fact]
    public void Services_AreThose() =>
        Assert.Equal(["balancer", "node1", "node2", "prometheus", "redis", "registry"], Services.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void WhatAServiceNames_IsDeclared()
    {
        foreach (var (name, service) in Services)
        {
            Assert.All(YamlValues.ListAt(service, "networks"), network => Assert.Contains((string?)network, MapAt(_file, "networks").Keys));
            Assert.All(MapAt(service, "depends_on").Keys, other => Assert.Contains(other, Services.Keys));
            Assert.All(YamlValues.ListAt(service, "volumes"), volume =>
            {
                var source = (string?)YamlValues.At(volume, "source") ?? string.Empty;
                Assert.True(
                    YamlValues.At(volume, "type") is "bind" ? File.Exists(DeployFiles.PathOf($"compose/{source}")) : MapAt(_file, "volumes").ContainsKey(source),
                    $"{name}: {source}");
            });
        }
    }

    [Fact]
    public void OurContainers_MayDoNothingThatTheyNeedNot_AndHaveTimeToDrain() => Assert.All(["node1", "node2", "balancer"], name =>
    {
        var service = Services[name];
        Assert.Equal((true, "ALL", "no-new-privileges:true"), (YamlValues.At(service, "read_only"), YamlValues.At(service, "cap_drop", 0), YamlValues.At(service, "security_opt", 0)));
        using var files = new LaunchFiles();
        var drain = files.Read(ShippedLaunches.OfCompose().Single(launch => launch.Source == $"compose.yaml {name}")).Options.Drain;
        Assert.True(drain.Delay + drain.Timeout < TimeSpan.FromMinutes(16));
        Assert.Equal("16m", YamlValues.At(service, "stop_grace_period"));
        Assert.Equal(
            name == "balancer" ? [] : ["/var/cache/edgecache"],
            YamlValues.ListAt(service, "volumes").Where(volume => YamlValues.At(volume, "read_only") is not true).Select(volume => YamlValues.At(volume, "target")));
    });

    [Fact]
    public void Fleet_IsTheNodes_AndPrometheusReadsThemAll()
    {
        var targets = YamlValues.ListAt(YamlValues.ReadMap(DeployFiles.Read("compose/prometheus.yml")), "scrape_configs")
            .SelectMany(job => YamlValues.ListAt(job, "static_configs", 0, "targets")).ToHashSet();
        foreach (var launch in ShippedLaunches.OfCompose())
        {
            using var files = new LaunchFiles();
            var options = files.Read(launch).Options;
            var name = launch.Source.Split(' ')[1];

            Assert.Equal(["http://node1:5000", "http://node2:5000"], options.Fleet.Members.Select(member => member.Text));
            Assert.Equal(name == "balancer" ? null : new Uri($"http://{name}:5000"), options.Fleet.Self);
            Assert.Contains($"{name}:{Assert.Single(options.Telemetry.MetricsListen).Port}", targets);
            Assert.Equal(new Uri("http://registry:5000"), options.Upstreams.Single(upstream => upstream.Name == "registry").Endpoints[0]);
        }
    }

    [RealProgramFact("promtool")]
    public async Task PrometheusFile_IsValid() =>
        (await RealProcess.RunAsync("promtool", ["check", "config", DeployFiles.PathOf("compose/prometheus.yml")])).EnsureSuccess();

    private static IReadOnlyDictionary<string, object?> MapAt(object? value, string key) =>
        (IReadOnlyDictionary<string, object?>?)YamlValues.At(value, key) ?? new Dictionary<string, object?>();
}
