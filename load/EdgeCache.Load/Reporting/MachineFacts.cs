using System.Runtime.InteropServices;

namespace EdgeCache.Load.Reporting;

/// <summary>Where figures were measured: figures without it say nothing.</summary>
/// <param name="LoadAverage">The kernel's three load averages: whether something else was running. Empty where there are none.</param>
internal sealed record MachineFacts(string Processor, int ProcessorCount, long MemoryBytes, string LoadAverage, string System, string Runtime)
{
    public static MachineFacts Read() => new(
        ReadProcessor(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        ReadLoadAverage(),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    public override string ToString() => $"{Processor}, {ProcessorCount} CPUs, {MemoryBytes >> 30} GiB, load {LoadAverage}, {System}, {Runtime}";

    private static string ReadLoadAverage()
    {
        const string averages = "/proc/loadavg";
        return File.Exists(averages) ? string.Join(' ', File.ReadAllText(averages).Split(' ').Take(3)) : string.Empty;
    }

    private static string ReadProcessor()
    {
        const string facts = "/proc/cpuinfo";
        var line = File.Exists(facts) ? File.ReadLines(facts).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }
}
