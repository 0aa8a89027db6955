using System.Globalization;
using System.Runtime.InteropServices;
using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Load.Peers;

/// <summary>
/// Which processors serve and which drive: figures of one core, in which client and server do not take each other's time. The driver's own
/// threads get their old processors back on disposal. Linux; one in a process.
/// </summary>
internal sealed class CpuPlan : IDisposable
{
    private const string Taskset = "taskset";
    private const int ServerCpu = 1;

    /// <summary>1,024 processors, as glibc's cpu_set_t.</summary>
    private const int MaskBytes = 128;

    private readonly byte[]? _before;

    private CpuPlan(bool isPinned, string text)
    {
        Text = text;
        if (isPinned)
        {
            Launcher = [RealProgram.Require(Taskset), "-c", ServerCpu.ToString(CultureInfo.InvariantCulture)];
            _before = new byte[MaskBytes];
            _ = GetAffinity(0, (nuint)_before.Length, ref _before[0]);
            SetAll(AllBut(ServerCpu));
        }
    }

    /// <summary>What was pinned where, for the report.</summary>
    public string Text { get; }

    /// <summary>What comes before a server's command line.</summary>
    public IReadOnlyList<string> Launcher { get; } = [];

    /// <param name="isWanted">False leaves everything as it is.</param>
    public static CpuPlan Create(bool isWanted)
    {
        var obstacle = !isWanted ? "as asked"
            : !OperatingSystem.IsLinux() ? "not Linux"
            : Environment.ProcessorCount < 2 ? "one processor"
            : RealProgram.Find(Taskset) is null ? "no taskset"
            : null;
        return obstacle is null
            ? new CpuPlan(true, $"each server on CPU {ServerCpu}, driver and origin on the other{(Environment.ProcessorCount > 2 ? "s" : string.Empty)}")
            : new CpuPlan(false, $"nothing pinned ({obstacle})");
    }

    public void Dispose()
    {
        if (_before is { } mask)
        {
            SetAll(mask);
        }
    }

    private static byte[] AllBut(int processor)
    {
        var mask = new byte[MaskBytes];
        foreach (var other in Enumerable.Range(0, Environment.ProcessorCount).Where(other => other != processor))
        {
            mask[other / 8] |= (byte)(1 << (other % 8));
        }

        return mask;
    }

    /// <summary>Every thread there is; those to come inherit it.</summary>
    private static void SetAll(byte[] mask)
    {
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            // A thread that has ended meanwhile needs none.
            _ = SetAffinity(int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture), (nuint)mask.Length, ref mask[0]);
        }
    }

    [DllImport("libc", EntryPoint = "sched_setaffinity")]
    private static extern int SetAffinity(int threadId, nuint maskBytes, ref byte mask);

    [DllImport("libc", EntryPoint = "sched_getaffinity")]
    private static extern int GetAffinity(int threadId, nuint maskBytes, ref byte mask);
}
