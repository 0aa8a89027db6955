using EdgeCache.Transport.Kernel;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Transport.Output;

/// <summary>
/// The range of a file that stands for the next bytes of a body: first armed, then advanced piece by piece, then sent. Not thread-safe. The handle is the
/// caller's, who keeps it open until the range is sent or dropped.
/// </summary>
internal sealed class FileRange
{
    private readonly WarmPart _warm = new();
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
        _warm.Begin();
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
    /// <returns>How many; 0 where they are not in memory, or the sink has failed.</returns>
    public int ReadWarmInto(Span<byte> buffer, IOutputSink sink)
    {
        switch (PageCache.Read(File, buffer, Offset, out var count))
        {
            case PageCacheRead.Done:
                return TakeRead(count, sink);
            case PageCacheRead.Cold:
                _warm.Drop();
                return 0;
            default:
                return ReadInto(buffer, sink);
        }
    }

    /// <summary>How many of the due bytes can be sent without waiting for a disk; 0 where it must be waited for.</summary>
    public int FindWarm(int maxBytes) => _warm.Find(this, maxBytes);

    /// <summary>Says that the caller may wait for a disk: the next bytes count as warm.</summary>
    public void AllowWait() => _warm.Allow(this);

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
