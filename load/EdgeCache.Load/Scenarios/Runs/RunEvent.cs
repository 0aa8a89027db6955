using EdgeCache.Load.Processes;
using EdgeCache.Load.Workload;

namespace EdgeCache.Load.Scenarios.Runs;

/// <summary>Something that happens in the middle of a run.</summary>
/// <param name="At">As a share of the duration.</param>
/// <param name="Name">As it stands in the report.</param>
internal sealed record RunEvent(double At, string Name, Func<RunStage?, ImageChoice, CancellationToken, Task> RunAsync)
{
    /// <summary>Whether it happens in the driver alone, and so with any target.</summary>
    public bool NeedsNoStage { get; init; }
}
