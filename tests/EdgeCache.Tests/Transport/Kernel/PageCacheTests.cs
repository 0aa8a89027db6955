using EdgeCache.Transport.Kernel;
using Xunit;

namespace EdgeCache.Tests.Transport.Kernel;

public sealed class PageCacheTests : IDisposable
{
    private readonly SampleFile _file = new(3_000_000);

    [Fact]
    public void FileInMemory_IsReadWithoutWaiting()
    {
        var buffer = new byte[100];
        PageCache.Wait(_file.Handle, 1000);
        var read = PageCache.Read(_file.Handle, buffer, 1000, out var count);

        // A file system that cannot say is none that lies.
        Assert.True(read is PageCacheRead.Unknown || (read == PageCacheRead.Done && count == 100 && _file.Bytes.AsSpan(1000, 100).SequenceEqual(buffer)));
    }

    [Fact]
    public void DroppedFile_IsCold_UntilRead()
    {
        _file.DropFromMemory();
        var buffer = new byte[100];
        if (PageCache.Read(_file.Handle, buffer, 2_000_000, out var count) == PageCacheRead.Cold)
        {
            // Nothing was waited for; the system may have begun to read all the same.
            Assert.Equal(0, count);
            PageCache.Wait(_file.Handle, 2_000_000);
            Assert.True(PageCache.Holds(_file.Handle, 2_000_000));
        }
    }

    [Fact]
    public void EndOfFile_IsNothingToWaitFor()
    {
        if (PageCache.Read(_file.Handle, new byte[1], 0, out _) != PageCacheRead.Unknown)
        {
            Assert.Equal(PageCacheRead.Done, PageCache.Read(_file.Handle, new byte[1], _file.Bytes.Length, out var count));
            Assert.Equal(0, count);
        }
    }

    [Fact]
    public void ClosedFile_IsUnknown()
    {
        var closed = File.OpenHandle(_file.Path);
        closed.Dispose();
        Assert.Equal(PageCacheRead.Unknown, PageCache.Read(closed, new byte[1], 0, out _));
        PageCache.Wait(closed, 0);
    }

    public void Dispose() => _file.Dispose();
}
