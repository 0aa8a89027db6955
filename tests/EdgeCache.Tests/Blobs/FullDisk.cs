using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace EdgeCache.Tests.Blobs;

/// <summary>A disk that is full from now on, as far as one open file goes.</summary>
internal static class FullDisk
{
    /// <summary>Puts /dev/full in the file's place: every later write to it fails as the system's do (ENOSPC).</summary>
    public static void Befall(SafeFileHandle file)
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.NotEqual(-1, Duplicate(full, file));
    }

    [DllImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static extern int Duplicate(SafeFileHandle source, SafeFileHandle target);
}
