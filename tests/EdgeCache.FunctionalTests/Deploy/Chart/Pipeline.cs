namespace EdgeCache.FunctionalTests.Deploy.Chart;

/// <summary>What stands in an action: commands, the value of each the last argument of the next.</summary>
internal sealed record Pipeline(IReadOnlyList<IReadOnlyList<Pipeline.Operand>> Commands)
{
    internal abstract record Operand;

    internal sealed record Literal(object Value) : Operand;

    internal sealed record Function(string Name) : Operand;

    internal sealed record Group(Pipeline Value) : Operand;

    /// <param name="Root"><c>.</c>, <c>$</c> or a variable with its dollar.</param>
    internal sealed record Field(string Root, IReadOnlyList<string> Path) : Operand;
}
