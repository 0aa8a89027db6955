using EdgeCache.Lab.PowerCuts;
using Xunit;

namespace EdgeCache.FunctionalTests.Lab;

/// <summary>A fact that needs a file system of its own on a loop device; skipped, with the reason, where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LoopFileSystemFactAttribute : FactAttribute
{
    public LoopFileSystemFactAttribute() => Skip = LoopFileSystem.ExplainSkip();
}
