using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeCache.FunctionalTests.Deploy.Chart;

namespace EdgeCache.FunctionalTests.Deploy;

/// <summary>Every way in which the shipped files start the program, read from the files themselves.</summary>
internal static class ShippedLaunches
{
    private const string Image = "edgecache:local";

    // Not shipped: the chart's default with the balancer off.
    private const string WithoutBalancer = "values-without-balancer.yaml";

    public static IReadOnlyList<string> ValuesFiles { get; } = ["values.yaml", "values-development.yaml", "values-production.yaml", WithoutBalancer];

    public static IReadOnlyList<Launch> All() =>
        [.. OfDockerfile(), .. OfUnit("edgecache"), .. OfUnit("edgecache-balancer"), .. OfCompose(), .. ValuesFiles.SelectMany(OfChart)];

    /// <summary>The container's own start, and its health check.</summary>
    public static IEnumerable<Launch> OfDockerfile()
    {
        var text = DeployFiles.ReadDockerfile();
        var environment = EnvironmentOfImage();
        foreach (var line in Regex.Matches(text, """^(ENTRYPOINT|HEALTHCHECK .*CMD) (\[.*\])$""", RegexOptions.Multiline).AsEnumerable())
        {
            yield return new Launch($"Dockerfile {line.Groups[1].Value.Split(' ')[0]}", ArgumentsOf(JsonSerializer.Deserialize<string[]>(line.Groups[2].Value)!), environment, null); // An array, or it throws.
        }
    }

    /// <summary>A unit alone and, where it has drop-ins, with them.</summary>
    public static IEnumerable<Launch> OfUnit(string name)
    {
        var unit = DeployFiles.Read($"systemd/{name}.service");
        var dropIns = DeployFiles.PathOf($"systemd/{name}.service.d") is var folder && Directory.Exists(folder)
            ? string.Join('\n', Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllText))
            : string.Empty;
        foreach (var (text, what) in dropIns.Length == 0 ? [(unit, string.Empty)] : new[] { (unit, string.Empty), ($"{unit}\n{dropIns}", " with its drop-ins") })
        {
            var words = Regex.Match(text, "^ExecStart=(.*)$", RegexOptions.Multiline).Groups[1].Value.Split(' ');
            var environment = Regex.Matches(text, "^Environment=([^=]+)=(.*)$", RegexOptions.Multiline).ToDictionary(line => line.Groups[1].Value, line => line.Groups[2].Value);
            yield return new Launch($"{name}.service{what}", ArgumentsOf(words), environment, DeployFiles.Read($"systemd/{ConfigurationOf(words)}"));
        }
    }

    public static IEnumerable<Launch> OfCompose()
    {
        var services = (IReadOnlyDictionary<string, object?>?)YamlValues.At(YamlValues.ReadMap(DeployFiles.Read("compose/compose.yaml")), "services") ?? new Dictionary<string, object?>();
        foreach (var (name, service) in services.Where(service => YamlValues.At(service.Value, "image") is Image))
        {
            var environment = EnvironmentOfImage();
            foreach (var (variable, value) in (IReadOnlyDictionary<string, object?>?)YamlValues.At(service, "environment") ?? new Dictionary<string, object?>())
            {
                environment[variable] = (string?)value ?? string.Empty;
            }

            string[] arguments = [.. YamlValues.ListAt(service, "command").Select(argument => (string)argument!)]; // Texts all.
            yield return new Launch($"compose.yaml {name}", arguments, environment, DeployFiles.Read($"compose/{ConfigurationOf(arguments)}"));
        }
    }

    /// <param name="valuesFile">One of <see cref="ValuesFiles"/>.</param>
    public static IEnumerable<Launch> OfChart(string valuesFile)
    {
        var objects = RenderChart(valuesFile);
        foreach (var workload in objects.Where(item => item.Kind is "StatefulSet" or "Deployment"))
        {
            var container = workload.At("spec", "template", "spec", "containers", 0);
            var environment = EnvironmentOfImage();
            foreach (var variable in YamlValues.ListAt(container, "env"))
            {
                environment[(string)YamlValues.At(variable, "name")!] = (string?)YamlValues.At(variable, "value") ?? string.Empty; // Each has a name.
            }

            string[] arguments = [.. YamlValues.ListAt(container, "args").Select(argument => (string)argument!)]; // Texts all.
            var map = objects.Single(item => item.Kind == "ConfigMap");
            yield return new Launch($"{valuesFile} {workload.Name}", arguments, environment, (string?)map.At("data", ConfigurationOf(arguments)));
        }
    }

    public static IReadOnlyList<KubernetesObject> RenderChart(string valuesFile)
    {
        var chart = new HelmChart(DeployFiles.PathOf("helm/edgecache"));
        var values = YamlValues.ReadMap(DeployFiles.Read("helm/edgecache/values.yaml"));
        var over = valuesFile == WithoutBalancer ? "{ balancer: { enabled: false } }" : DeployFiles.Read($"helm/edgecache/{valuesFile}");
        return [.. YamlValues.ReadAll(chart.Render("edgecache", YamlValues.Merge(values, YamlValues.ReadMap(over)))).Select(item => new KubernetesObject(item))];
    }

    private static Dictionary<string, string> EnvironmentOfImage() =>
        Regex.Matches(DeployFiles.ReadDockerfile(), @"^(?:ENV|   ) (\w+)=(\S+)", RegexOptions.Multiline).ToDictionary(line => line.Groups[1].Value, line => line.Groups[2].Value);

    /// <summary>Without the program's own name, which comes first.</summary>
    private static string[] ArgumentsOf(string[] words) =>
        Path.GetFileName(words[0]) == "edgecache" ? words[1..] : throw new FormatException($"Not our program: {words[0]}.");

    private static string ConfigurationOf(string[] words) => Path.GetFileName(words[Array.IndexOf(words, "--config") + 1]);
}
