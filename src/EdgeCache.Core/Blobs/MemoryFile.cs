using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// Files that lie in memory only (memfd_create), for bytes that must reach their readers where the disk takes none. What lies below an offset can be given back,
/// so that a file of any length takes little. Stateless; Linux.
/// </summary>
internal static partial class MemoryFile
{
    /// <summary>
    /// The unit in which memory is given back: the largest page that a file may consist of (2 MiB on x86-64). Part of a page would be overwritten with zeros while
    /// the kernel may still send from it; a whole one stays until it is sent.
    /// </summary>
    public const int GranuleBytes = 2 << 20;

    private const uint CloseOnExec = 1; // MFD_CLOEXEC
    private const int PunchHole = 2 | 1; // FALLOC_FL_PUNCH_HOLE with FALLOC_FL_KEEP_SIZE, as it demands.

    /// <exception cref="IOException">The system has no such files, or too many are open.</exception>
    public static SafeFileHandle Create()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new IOException("This system has no files in memory.");
        }

        var descriptor = CreateMemoryFile("edgecache", CloseOnExec);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw Failure("make a file in memory");
    }

    /// <summary>Gives back the memory of a range that nobody will read any more; both ends are multiples of <see cref="GranuleBytes"/>.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    [SupportedOSPlatform("linux")]
    public static void GiveBack(SafeFileHandle file, long offset, long lengthBytes)
    {
        if (Allocate(file, PunchHole, offset, lengthBytes) != 0)
        {
            throw Failure("give memory back");
        }
    }

    private static IOException Failure(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"Cannot {what}: {new Win32Exception(error).Message} (errno {error}).", error);
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [SupportedOSPlatform("linux")]
    private static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    [SupportedOSPlatform("linux")]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long lengthBytes);
}
