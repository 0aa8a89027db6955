using System.Runtime.InteropServices;

namespace EdgeCache.Load.Reporting;

/// <summary>Where figures were measured: figures without it say nothing.</summary>
internal sealed record MachineFacts(string Processor, int ProcessorCount, long MemoryBytes, string System, string Runtime)
{
    public static MachineFacts Read() => new(
        ReadProcessor(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    public override string ToString() => $"{Processor}, {ProcessorCount} CPUs, {MemoryBytes >> 30} GiB, {System}, {Runtime}";

    private static string ReadProcessor()
    {
        const string facts = "/proc/cpuinfo";
        var line = File.Exists(facts) ? File.ReadLines(facts).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }
}
