using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>Linux's calls on files for which .NET has none: how much room is left, reading past the page cache. Stateless.</summary>
internal static partial class FileSystems
{
    private const int CloseOnExec = 0x80000;

    /// <summary>O_DIRECT differs between the processors' tables of flags.</summary>
    private static readonly int Direct = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x10000 : 0x4000;

    /// <summary>How much room the file system of a path has (statvfs).</summary>
    /// <exception cref="IOException">It cannot say.</exception>
    public static DiskSpace Measure(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            var drive = new DriveInfo(path);
            return new DiskSpace(drive.AvailableFreeSpace, drive.TotalSize, 0, 0);
        }

        if (StatVfs(path, out var found) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"Cannot measure the file system of {path} (errno {error}).", error);
        }

        var unit = found.FragmentBytes;
        return new DiskSpace(
            Bytes(found.AvailableBlocks, unit), Bytes(found.Blocks, unit), (long)Math.Min(found.AvailableFiles, long.MaxValue), (long)Math.Min(found.Files, long.MaxValue));
    }

    /// <summary>Opens a file so that reads go to the disk and leave the page cache as it is. Buffers, offsets and lengths are then multiples of 4 KiB.</summary>
    /// <returns>Null where the file system, or the system, cannot.</returns>
    public static SafeFileHandle? TryOpenDirect(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var descriptor = Open(path, CloseOnExec | Direct);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static long Bytes(ulong blocks, ulong unit) => (long)UInt128.Min(blocks * (UInt128)unit, (UInt128)long.MaxValue);

    [LibraryImport("libc", EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [SupportedOSPlatform("linux")]
    private static partial int StatVfs(string path, out VfsState state);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [SupportedOSPlatform("linux")]
    private static partial int Open(string path, int flags);

    /// <summary>struct statvfs of 64-bit Linux: eleven words and some room to spare, with glibc and with musl.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct VfsState
    {
#pragma warning disable CS0649, IDE0044 // The system writes them.
        public ulong BlockBytes;
        public ulong FragmentBytes;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
        public ulong Files;
        public ulong FreeFiles;
        public ulong AvailableFiles;
#pragma warning restore CS0649, IDE0044
    }
}
