using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Lab.PowerCuts;

/// <summary>
/// An ext4 file system in a file, mounted through a loop device: small, and its power can be cut. Needs root and mkfs.ext4. Owned by one experiment.
/// </summary>
internal sealed class LoopFileSystem : IAsyncDisposable
{
    private static readonly string[] Programs = ["mkfs.ext4", "mount", "umount"];
    private const string LoopDevices = "/dev/loop-control";

    /// <summary>EXT4_IOC_SHUTDOWN, with its flag that the log is not flushed: what is not durable is lost.</summary>
    private const nuint Shutdown = 0x8004587d;
    private const int LogNotFlushed = 2;

    private const int MaxUnmounts = 20;
    private static readonly TimeSpan UnmountPause = TimeSpan.FromMilliseconds(100);

    private const int DontNeed = 4; // POSIX_FADV_DONTNEED

    private readonly TempFolder _folder = new();
    private bool _isMounted;
    private bool _hasBacking;

    private LoopFileSystem()
    {
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.Combine("mount");

    private string Backing => _folder.Combine("backing");

    private string Image => System.IO.Path.Combine(Backing, "image");

    private string Ballast => System.IO.Path.Combine(Backing, "ballast");

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? ExplainSkip() => RealProgram.ExplainSkip(Programs)
        ?? (!Environment.IsPrivilegedProcess ? "Needs root: mount." : File.Exists(LoopDevices) ? null : $"Not there: {LoopDevices}.");

    /// <param name="inodes">How many files it has room for; 0 for as many as usual.</param>
    /// <param name="backingBytes">How much its device really has, in memory; 0 for all that it says.</param>
    /// <exception cref="LabFailedException">It cannot be made or mounted.</exception>
    public static async Task<LoopFileSystem> CreateAsync(long sizeBytes, int inodes = 0, long backingBytes = 0)
    {
        var made = new LoopFileSystem();
        try
        {
            made._folder.CreateFolder("backing");
            if (backingBytes > 0)
            {
                await RunAsync("mount", ["-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={backingBytes}"), "edgecache-lab", made.Backing]);
                made._hasBacking = true;
            }

            using (var image = File.OpenHandle(made.Image, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.SetLength(image, sizeBytes);
            }

            made._folder.CreateFolder("mount");
            string[] count = inodes > 0 ? ["-N", inodes.ToString(CultureInfo.InvariantCulture)] : [];
            await RunAsync("mkfs.ext4", ["-q", "-F", .. count, made.Image]);
            await made.MountAsync();
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    public async Task MountAsync()
    {
        await RunAsync("mount", ["-o", "loop", Image, Path]);
        _isMounted = true;
    }

    /// <summary>Read-only, or writable again.</summary>
    public Task RemountAsync(bool isReadOnly) => RunAsync("mount", ["-o", $"remount,{(isReadOnly ? "ro" : "rw")}", Path]);

    public async Task UnmountAsync()
    {
        // A process that somebody starts has all that is open here until its program begins: then it is busy for a moment.
        for (var attempt = 1; attempt < MaxUnmounts && (await RealProcess.RunAsync("umount", ["--quiet", Path])).ExitCode != 0; attempt++)
        {
            await Task.Delay(UnmountPause);
        }

        if (IsMounted())
        {
            await RunAsync("umount", [Path]);
        }

        _isMounted = false;
    }

    /// <summary>From here on nothing reaches the disk, and what was not durable is lost; every call on it fails until it is mounted again.</summary>
    /// <exception cref="Win32Exception">The system does not do that.</exception>
    public void CutPower()
    {
        var flag = LogNotFlushed;
        using var folder = OpenFolder(Path, 0);
        if (folder.IsInvalid || Control(folder, Shutdown, ref flag) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>From here on the device takes no block that it did not have before.</summary>
    public void FillBacking() => Fill(Ballast);

    /// <summary>From here on the file system itself is full.</summary>
    public void Fill() => Fill(System.IO.Path.Combine(Path, "ballast"));

    public void EmptyBacking() => File.Delete(Ballast);

    /// <summary>Has the kernel write back what is dirty, and drop what of its files is in memory and clean.</summary>
    public void DropPages()
    {
        using (var folder = OpenFolder(Path, 0))
        {
            _ = SyncFileSystem(folder);
        }

        try
        {
            foreach (var path in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
            {
                using var file = OpenFolder(path, 0);
                _ = file.IsInvalid ? 0 : Advise(file, 0, 0, DontNeed);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Files go while they are looked for, and a disk that fails does not list them.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isMounted)
        {
            await RealProcess.RunAsync("umount", ["--lazy", Path]);
        }

        if (_hasBacking)
        {
            await RealProcess.RunAsync("umount", ["--lazy", Backing]);
        }

        _folder.Dispose();
    }

    private static void Fill(string path)
    {
        using var ballast = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var block = new byte[4096];
        try
        {
            for (var offset = 0L; ; offset += block.Length)
            {
                RandomAccess.Write(ballast, block, offset);
            }
        }
        catch (IOException)
        {
            // Full, as it is to be.
        }
    }

    private bool IsMounted() => File.ReadLines("/proc/self/mounts").Any(line => line.Contains($" {Path} ", StringComparison.Ordinal));

    private static async Task RunAsync(string program, string[] arguments)
    {
        var result = await RealProcess.RunAsync(program, arguments);
        if (result.ExitCode != 0)
        {
            throw new LabFailedException($"{program} {string.Join(' ', arguments)}: {result.Output}");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern SafeFileHandle OpenFolder([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static extern int SyncFileSystem(SafeFileHandle folder);

    [DllImport("libc", EntryPoint = "posix_fadvise", SetLastError = true)]
    private static extern int Advise(SafeFileHandle file, long offset, long lengthBytes, int advice);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(SafeFileHandle file, nuint request, ref int argument);
}
