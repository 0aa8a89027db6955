using EdgeCache.Load.Scenarios.Runs;

namespace EdgeCache.Load.Reporting;

/// <summary>A run's report as one page of HTML.</summary>
internal static class RunPage
{
    public static string Of(LoadReport report, RunFigures figures) => report.ToJson() + figures.Settings.Scenario;
}
