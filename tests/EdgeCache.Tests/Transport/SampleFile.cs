using EdgeCache.Testing;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Tests.Transport;

/// <summary>A file of random bytes, open for reading; disposing it checks that nobody holds it open.</summary>
internal sealed class SampleFile : IDisposable
{
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

    public void Dispose()
    {
        Handle.Dispose();
        var left = CountOpenDescriptors();
        _folder.Dispose();
        Xunit.Assert.Equal(0, left);
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
}
