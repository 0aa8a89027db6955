using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Index;

/// <summary>fsync whose failure is seen, for the journal: .NET's own flush swallows EIO.</summary>
internal static partial class FileSync
{
    /// <summary>Whether the file's bytes are durable now.</summary>
    public static bool TrySync(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(file);
            return true;
        }

        return Fsync(file) == 0;
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);
}
