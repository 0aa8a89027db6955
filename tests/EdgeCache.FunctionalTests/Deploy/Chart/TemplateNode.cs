namespace EdgeCache.FunctionalTests.Deploy.Chart;

/// <summary>A part of a parsed template.</summary>
internal abstract record TemplateNode
{
    internal sealed record Text(string Value) : TemplateNode;

    internal sealed record Output(Pipeline Value) : TemplateNode;

    internal sealed record If(Pipeline Condition, IReadOnlyList<TemplateNode> Then, IReadOnlyList<TemplateNode> Else) : TemplateNode;

    /// <param name="Variable">The element's name, with its dollar.</param>
    internal sealed record Range(string Variable, Pipeline Items, IReadOnlyList<TemplateNode> Body) : TemplateNode;
}
