using System.Text;

namespace EdgeCache.FunctionalTests.Deploy.Chart;

/// <summary>
/// A chart that keeps to a small part of Helm's template language, rendered here because Helm is no package of Debian. Whatever is outside
/// that part is refused, and where Helm is installed a test compares (<see cref="HelmChartTests"/>). Used by one thread.
/// </summary>
internal sealed class HelmChart
{
    private readonly string _folder;
    private readonly Dictionary<string, IReadOnlyList<TemplateNode>> _defines = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, IReadOnlyList<TemplateNode>> _templates = new(StringComparer.Ordinal);

    public HelmChart(string folder)
    {
        _folder = folder;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "templates")))
        {
            var nodes = TemplateParser.Parse(File.ReadAllText(file), _defines);
            if (!Path.GetFileName(file).StartsWith('_'))
            {
                _templates.Add(Path.GetFileName(file), nodes);
            }
        }
    }

    /// <summary>Renders every template with the chart's values and, over them, those of further files in the chart's folder.</summary>
    /// <param name="release">The release's name.</param>
    public string Render(string release, params ReadOnlySpan<string> valuesFiles)
    {
        var values = YamlValues.ReadMap(Read("values.yaml"));
        foreach (var file in valuesFiles)
        {
            values = YamlValues.Merge(values, YamlValues.ReadMap(Read(file)));
        }

        return Render(release, values);
    }

    public string Render(string release, IReadOnlyDictionary<string, object?> values)
    {
        var chart = YamlValues.ReadMap(Read("Chart.yaml"));
        var root = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Values"] = values,
            ["Release"] = new Dictionary<string, object?> { ["Name"] = release },
            ["Chart"] = new Dictionary<string, object?> { ["Name"] = chart["name"], ["AppVersion"] = chart["appVersion"] },
        };
        var text = new StringBuilder();
        foreach (var rendered in _templates.Values.Select(nodes => Render(nodes, new Scope(root, root))).Where(rendered => rendered.Trim().Length > 0))
        {
            text.Append("---\n").Append(rendered.Trim()).Append('\n');
        }

        return text.ToString();
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(_folder, file));

    private string Render(IReadOnlyList<TemplateNode> nodes, Scope scope)
    {
        var text = new StringBuilder();
        foreach (var node in nodes)
        {
            text.Append(node switch
            {
                TemplateNode.Text literal => literal.Value,
                TemplateNode.Output output => TemplateFunctions.TextOf(Evaluate(output.Value, scope)),
                TemplateNode.If choice => Render(TemplateFunctions.IsTrue(Evaluate(choice.Condition, scope)) ? choice.Then : choice.Else, scope),
                TemplateNode.Range range => string.Concat(ItemsOf(Evaluate(range.Items, scope)).Select(item =>
                    Render(range.Body, scope with { Dot = item, Variables = new Dictionary<string, object?>(scope.Variables) { [range.Variable] = item } }))),
                _ => throw new InvalidOperationException($"Unexpected {node.GetType().Name}."),
            });
        }

        return text.ToString();
    }

    private static IReadOnlyList<object?> ItemsOf(object? value) =>
        value as IReadOnlyList<object?> ?? throw new FormatException("range goes over lists only.");

    private object? Evaluate(Pipeline pipeline, Scope scope)
    {
        object? value = null;
        for (var i = 0; i < pipeline.Commands.Count; i++)
        {
            var command = pipeline.Commands[i];
            List<object?> arguments = [.. command.Skip(command[0] is Pipeline.Function ? 1 : 0).Select(operand => Evaluate(operand, scope))];
            if (i > 0)
            {
                arguments.Add(value);
            }

            value = command[0] switch
            {
                Pipeline.Function { Name: "include" } => Render(_defines[(string)arguments[0]!], new Scope(arguments[1], arguments[1])), // Included by a text.
                Pipeline.Function function => TemplateFunctions.Call(function.Name, arguments),
                _ => arguments.Single(),
            };
        }

        return value;
    }

    private object? Evaluate(Pipeline.Operand operand, Scope scope) => operand switch
    {
        Pipeline.Literal literal => literal.Value,
        Pipeline.Group group => Evaluate(group.Value, scope),
        Pipeline.Field field => field.Path.Aggregate(scope.RootOf(field.Root), (value, key) =>
            value is IReadOnlyDictionary<string, object?> map && map.TryGetValue(key, out var inner)
                ? inner
                : throw new FormatException($"There is no {string.Join('.', field.Path)}: {key} is missing.")),
        _ => throw new FormatException("A function's name among arguments."),
    };

    /// <param name="Root">What <c>$</c> means.</param>
    private sealed record Scope(object? Dot, object? Root)
    {
        public IReadOnlyDictionary<string, object?> Variables { get; init; } = new Dictionary<string, object?>();

        public object? RootOf(string name) => name switch
        {
            "." => Dot,
            "$" => Root,
            _ => Variables[name],
        };
    }
}
