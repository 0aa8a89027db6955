using System.Diagnostics;

namespace EdgeCache.Load.Measuring;

/// <summary>What a process has used so far, as the kernel counts it (<c>/proc/PID/stat</c>, <c>/proc/PID/status</c>).</summary>
/// <param name="Cpu">User and system time of all its threads.</param>
/// <param name="PeakResidentBytes">The most it ever had in memory.</param>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long ResidentBytes, long PeakResidentBytes)
{
    /// <exception cref="ArgumentException">There is no such process.</exception>
    public static ProcessUsage Read(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return new ProcessUsage(process.TotalProcessorTime, process.WorkingSet64, process.PeakWorkingSet64);
    }
}
