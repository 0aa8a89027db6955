using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Transport;

/// <summary>
/// The range of a file that stands for the next bytes of a body: first armed, then advanced piece by piece, then sent. Not thread-safe. The handle is the
/// caller's, who keeps it open until the range is sent or dropped.
/// </summary>
internal sealed class FileRange
{
    private SafeFileHandle? _file;

    /// <summary>The next byte to be sent.</summary>
    public long Offset { get; private set; }

    /// <summary>Armed, and not yet advanced.</summary>
    public long ArmedBytes { get; private set; }

    /// <summary>Advanced, and not yet sent.</summary>
    public long DueBytes { get; private set; }

    public long LeftBytes => ArmedBytes + DueBytes;

    public bool IsPending => ArmedBytes > 0 || DueBytes > 0;

    /// <exception cref="InvalidOperationException">No range is armed.</exception>
    public SafeFileHandle File => _file ?? throw new InvalidOperationException("No range is armed.");

    public void Arm(SafeFileHandle file, long offset, long lengthBytes)
    {
        _file = file;
        Offset = offset;
        ArmedBytes = lengthBytes;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ArmedBytes);
        ArmedBytes -= count;
        DueBytes += count;
    }

    /// <summary>Reads the next due bytes, which then count as sent: whoever has them sends them or fails. May wait for a disk.</summary>
    /// <param name="sink">Told why where nothing can be read.</param>
    /// <returns>How many; 0 where the sink has failed.</returns>
    public int ReadInto(Span<byte> buffer, IOutputSink sink)
    {
        try
        {
            return TakeRead(RandomAccess.Read(File, buffer, Offset), sink);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            sink.Fail(FileSendOutcome.FileFailed);
            return 0;
        }
    }

    /// <summary>As <see cref="ReadInto"/>, without waiting for a disk where the file system can.</summary>
    /// <returns>False where the bytes are not in memory: nothing was read.</returns>
    public bool TryReadInto(Span<byte> buffer, IOutputSink sink, out int count)
    {
        var state = PageCache.Read(File, buffer, Offset, out count);
        count = state switch
        {
            PageCacheRead.Done => TakeRead(count, sink),
            PageCacheRead.Cold => 0,
            _ => ReadInto(buffer, sink),
        };
        return state != PageCacheRead.Cold;
    }

    public void Consume(int count)
    {
        Offset += count;
        DueBytes -= count;
        if (!IsPending)
        {
            _file = null;
        }
    }

    public void Drop()
    {
        _file = null;
        ArmedBytes = 0;
        DueBytes = 0;
    }

    private int TakeRead(int count, IOutputSink sink)
    {
        Consume(count);
        if (count == 0)
        {
            sink.Fail(FileSendOutcome.FileTooShort);
        }

        return count;
    }
}
