using Xunit;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>
/// A fact that needs programs of the machine, named as on its PATH. Skipped at discovery, by name, where one is missing (xunit 2 cannot skip later).
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealProgramFactAttribute : FactAttribute
{
    public RealProgramFactAttribute(params string[] programs)
    {
        Programs = programs;
        Skip = RealProgram.ExplainSkip(programs);
    }

    public IReadOnlyList<string> Programs { get; }
}
