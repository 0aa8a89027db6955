using Xunit;

namespace EdgeCache.Tests.Telemetry;

/// <summary>A test that needs promtool (Debian: prometheus); skipped, by name, where it is not installed.</summary>
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "promtool"))))
        {
            Skip = "promtool is not installed (Debian: prometheus).";
        }
    }
}
