using EdgeCache.Testing.RealPrograms;
using Xunit;

namespace EdgeCache.FunctionalTests.Deploy.Chart;

/// <summary>The chart: what it renders to, that deploy/kubernetes is that, and that the objects fit together.</summary>
public sealed class HelmChartTests
{
    private const string Release = "edgecache";
    private const string Rendered = "kubernetes/edgecache.yaml";
    private const string Header =
        "# What deploy/helm/edgecache renders to with its own values, for those who do not use Helm. Made from the chart: a test compares.\n";

    private static string ChartFolder => DeployFiles.PathOf("helm/edgecache");

    /// <summary>What differs is in the file that the message names: it is to be copied over the old one.</summary>
    [Fact]
    public void KubernetesFile_IsTheChartsDefault()
    {
        var rendered = Header + new HelmChart(ChartFolder).Render(Release);
        if (DeployFiles.Read(Rendered) != rendered)
        {
            var copy = Path.Combine(Path.GetTempPath(), "edgecache-rendered.yaml");
            File.WriteAllText(copy, rendered);
            Assert.Fail($"deploy/{Rendered} is not what the chart renders to, which is in {copy}.");
        }
    }

    /// <summary>The judge of our own renderer, where there is one.</summary>
    [RealProgramTheory("helm")]
    [InlineData]
    [InlineData("values-development.yaml")]
    [InlineData("values-production.yaml")]
    [InlineData("values-production.yaml", "values-development.yaml")]
    public async Task Helm_RendersTheSame(params string[] valuesFiles)
    {
        var arguments = valuesFiles.SelectMany(file => new[] { "--values", Path.Combine(ChartFolder, file) });
        var helm = (await RealProcess.RunAsync("helm", ["template", Release, ChartFolder, "--kube-version", "1.30.0", .. arguments])).EnsureSuccess();

        Assert.Equal(Describe(helm.Output), Describe(new HelmChart(ChartFolder).Render(Release, valuesFiles)));
    }

    [RealProgramTheory("helm")]
    [InlineData("values.yaml")]
    [InlineData("values-development.yaml")]
    [InlineData("values-production.yaml")]
    public async Task Helm_FindsNoFault(string valuesFile) =>
        (await RealProcess.RunAsync("helm", ["lint", "--strict", ChartFolder, "--values", Path.Combine(ChartFolder, valuesFile)])).EnsureSuccess();

    [Theory]
    [InlineData("values.yaml")]
    [InlineData("values-development.yaml")]
    [InlineData("values-production.yaml")]
    [InlineData("values-without-balancer.yaml")]
    public void Objects_FitTogether(string valuesFile)
    {
        var objects = ShippedLaunches.RenderChart(valuesFile);
        var workloads = objects.Where(item => item.Kind is "StatefulSet" or "Deployment").ToList();
        var pods = workloads.Select(workload => workload.At("spec", "template")).ToList();

        Assert.Equal(objects.Count, objects.Select(item => (item.Kind, item.Name)).Distinct().Count());
        Assert.Equal(valuesFile == "values-without-balancer.yaml" ? 1 : 2, workloads.Count);
        Assert.All(workloads, workload => Assert.True(Selects(workload.At("spec", "selector", "matchLabels"), workload.At("spec", "template"))));
        Assert.All(objects.Where(item => item.Kind == "Service"), service =>
        {
            var pod = Assert.Single(pods, pod => Selects(service.At("spec", "selector"), pod));
            Assert.All(service.List("spec", "ports"), port => Assert.Contains(YamlValues.At(port, "targetPort"), PortNames(pod)));
        });
        Assert.Equal(workloads.Count, objects.Count(item => item.Kind == "PodDisruptionBudget"));
        Assert.All(objects.Where(item => item.Kind == "PodDisruptionBudget"), budget =>
            Assert.Single(pods, pod => Selects(budget.At("spec", "selector", "matchLabels"), pod)));
        var nodes = Assert.Single(workloads, workload => workload.Kind == "StatefulSet");
        Assert.Equal("None", Assert.Single(objects, item => item.Kind == "Service" && item.Name == (string?)nodes.At("spec", "serviceName")).At("spec", "clusterIP"));
    }

    [Theory]
    [InlineData("values.yaml")]
    [InlineData("values-development.yaml")]
    [InlineData("values-production.yaml")]
    [InlineData("values-without-balancer.yaml")]
    public void Pods_MayDoNothingThatTheyNeedNot_AndHaveTimeToDrain(string valuesFile)
    {
        foreach (var workload in ShippedLaunches.RenderChart(valuesFile).Where(item => item.Kind is "StatefulSet" or "Deployment"))
        {
            var pod = workload.At("spec", "template", "spec");
            var container = Assert.Single(YamlValues.ListAt(pod, "containers"));
            Assert.Equal((true, 1654L, false), (YamlValues.At(pod, "securityContext", "runAsNonRoot"), YamlValues.At(pod, "securityContext", "runAsUser"), YamlValues.At(pod, "automountServiceAccountToken")));
            Assert.Equal((true, false, "ALL"), (YamlValues.At(container, "securityContext", "readOnlyRootFilesystem"), YamlValues.At(container, "securityContext", "allowPrivilegeEscalation"), YamlValues.At(container, "securityContext", "capabilities", "drop", 0)));
            Assert.Equal(("/healthz/live", "/healthz/ready"), (YamlValues.At(container, "livenessProbe", "httpGet", "path"), YamlValues.At(container, "readinessProbe", "httpGet", "path")));
            Assert.All(["livenessProbe", "readinessProbe"], probe => Assert.Contains(YamlValues.At(container, probe, "httpGet", "port"), PortNames(workload.At("spec", "template"))));
            Assert.NotNull(YamlValues.At(container, "resources", "limits", "memory"));

            string[] volumes =
            [
                .. YamlValues.ListAt(pod, "volumes").Select(volume => (string)YamlValues.At(volume, "name")!), // Each volume has a name.
                .. workload.List("spec", "volumeClaimTemplates").Select(claim => (string)YamlValues.At(claim, "metadata", "name")!), // As above.
            ];
            Assert.Equal(volumes.Order(), YamlValues.ListAt(container, "volumeMounts").Select(mount => (string)YamlValues.At(mount, "name")!).Order()); // As above.
            Assert.Equal(
                workload.Kind == "StatefulSet" ? ["/var/cache/edgecache"] : [],
                YamlValues.ListAt(container, "volumeMounts").Where(mount => YamlValues.At(mount, "readOnly") is not true).Select(mount => YamlValues.At(mount, "mountPath")));

            var launch = ShippedLaunches.OfChart(valuesFile).Single(launch => launch.Source.EndsWith(workload.Name, StringComparison.Ordinal));
            using var files = new LaunchFiles();
            var drain = files.Read(launch).Options.Drain;
            Assert.InRange((long)YamlValues.At(pod, "terminationGracePeriodSeconds")!, (drain.Delay + drain.Timeout).TotalSeconds + 1, 3600); // A number, or the cast says so.
        }
    }

    [Fact]
    public void FleetOfTheChart_IsEveryPodByItsLastingName()
    {
        foreach (var launch in ShippedLaunches.OfChart("values-production.yaml"))
        {
            using var files = new LaunchFiles();
            var fleet = files.Read(launch).Options.Fleet;

            Assert.Equal(
                Enumerable.Range(0, 4).Select(index => $"http://edgecache-node-{index}.edgecache-nodes:5000"), fleet.Members.Select(member => member.Text));
            Assert.Equal(
                launch.Arguments[0] == "node" ? new Uri("http://edgecache-node-0.edgecache-nodes:5000") : null, fleet.Self);
        }
    }

    private static bool Selects(object? selector, object? pod)
    {
        var labels = (IReadOnlyDictionary<string, object?>?)YamlValues.At(pod, "metadata", "labels") ?? new Dictionary<string, object?>();
        return selector is IReadOnlyDictionary<string, object?> { Count: > 0 } wanted && wanted.All(label => Equals(labels.GetValueOrDefault(label.Key), label.Value));
    }

    private static IEnumerable<object?> PortNames(object? pod) =>
        YamlValues.ListAt(pod, "spec", "containers", 0, "ports").Select(port => YamlValues.At(port, "name"));

    /// <summary>The objects of a rendering as text that does not depend on their order or on how their YAML is written.</summary>
    private static string Describe(string yaml) => string.Join('\n', YamlValues.ReadAll(yaml)
        .Select(item => (string)TemplateFunctions.Call("toPrettyJson", [item])!) // A text, always.
        .Order(StringComparer.Ordinal));
}
