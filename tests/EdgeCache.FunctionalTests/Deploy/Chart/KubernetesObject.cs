namespace EdgeCache.FunctionalTests.Deploy.Chart;

/// <summary>One object of a rendered chart.</summary>
internal sealed record KubernetesObject(object? Content)
{
    public string Kind => (string?)At("kind") ?? string.Empty;

    public string Name => (string?)At("metadata", "name") ?? string.Empty;

    public object? At(params ReadOnlySpan<object> path) => YamlValues.At(Content, path);

    public IReadOnlyList<object?> List(params ReadOnlySpan<object> path) => YamlValues.ListAt(Content, path);
}
