using System.Runtime.InteropServices;
using EdgeCache.Testing;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace EdgeCache.Tests.Transport;

/// <summary>A file of random bytes, open for reading; disposing it checks that nobody holds it open.</summary>
internal sealed class SampleFile : IDisposable
{
    /// <summary>POSIX_FADV_DONTNEED on x64 and Arm64.</summary>
    private const int DontNeed = 4;

    private readonly TempFolder _folder = new();

    public SampleFile(int lengthBytes)
    {
        Bytes = new byte[lengthBytes];
        new Random(lengthBytes).NextBytes(Bytes);
        Path = _folder.Combine("sample");
        File.WriteAllBytes(Path, Bytes);
        Handle = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    public byte[] Bytes { get; }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>Descriptors of this process that are open on the file.</summary>
    public int CountOpenDescriptors() => Directory.EnumerateFiles("/proc/self/fd").Count(IsOurs);

    /// <summary>What is read next comes from the disk, where the file is on one.</summary>
    public void DropFromMemory()
    {
        RandomAccess.FlushToDisk(Handle);
        Assert.Equal(0, Advise(Handle, 0, 0, DontNeed));
    }

    public void Dispose()
    {
        Handle.Dispose();
        var left = CountOpenDescriptors();
        _folder.Dispose();
        Assert.Equal(0, left);
    }

    private bool IsOurs(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName == Path;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return false;
        }
    }

    [DllImport("libc", EntryPoint = "posix_fadvise")]
    private static extern int Advise(SafeFileHandle file, long offset, long lengthBytes, int advice);
}
