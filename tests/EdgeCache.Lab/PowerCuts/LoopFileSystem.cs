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

    private readonly TempFolder _folder = new();
    private bool _isMounted;

    private LoopFileSystem()
    {
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.Combine("mount");

    private string Image => _folder.Combine("image");

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? ExplainSkip() => RealProgram.ExplainSkip(Programs)
        ?? (!Environment.IsPrivilegedProcess ? "Needs root: mount." : File.Exists(LoopDevices) ? null : $"Not there: {LoopDevices}.");

    /// <param name="inodes">How many files it has room for; 0 for as many as usual.</param>
    /// <exception cref="LabFailedException">It cannot be made or mounted.</exception>
    public static async Task<LoopFileSystem> CreateAsync(long sizeBytes, int inodes = 0)
    {
        var made = new LoopFileSystem();
        try
        {
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
        await RunAsync("umount", [Path]);
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

    public async ValueTask DisposeAsync()
    {
        if (_isMounted)
        {
            await RealProcess.RunAsync("umount", ["--lazy", Path]);
        }

        _folder.Dispose();
    }

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

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(SafeFileHandle file, nuint request, ref int argument);
}
