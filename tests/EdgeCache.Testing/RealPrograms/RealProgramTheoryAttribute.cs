using Xunit;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>As <see cref="RealProgramFactAttribute"/>, for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealProgramTheoryAttribute : TheoryAttribute
{
    public RealProgramTheoryAttribute(params string[] programs)
    {
        Programs = programs;
        Skip = RealProgram.ExplainSkip(programs);
    }

    public IReadOnlyList<string> Programs { get; }
}
