using System.Globalization;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Lab.Work;

/// <summary>A <see cref="Worker"/> as a process of its own.</summary>
internal static class WorkerProcess
{
    public static RealProcess Start(string folder, int contentSeed, int orderSeed, int pulls) => RealProcess.Start(
        "dotnet",
        [
            typeof(WorkerProcess).Assembly.Location, "work", "--folder", folder, "--content", contentSeed.ToString(CultureInfo.InvariantCulture),
            "--order", orderSeed.ToString(CultureInfo.InvariantCulture), "--pulls", pulls.ToString(CultureInfo.InvariantCulture),
        ],
        new Dictionary<string, string?> { ["DOTNET_TieredPGO"] = "0", ["DOTNET_gcServer"] = "0" });
}
