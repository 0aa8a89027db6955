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

    /// <summary>Reads from where the range stands, without waiting for a disk where the file system can; consumes nothing.</summary>
    /// <param name="isCold">The bytes are not in memory: nothing was read.</param>
    /// <returns>The number of bytes, 0 at the file's end; -1 where the file cannot be read.</returns>
    public int Read(Span<byte> buffer, out bool isCold)
    {
        var state = PageCache.Read(File, buffer, Offset, out var count);
        isCold = state == PageCacheRead.Cold;
        return state == PageCacheRead.Unknown ? ReadWaiting(buffer) : count;
    }

    private int ReadWaiting(Span<byte> buffer)
    {
        try
        {
            return RandomAccess.Read(File, buffer, Offset);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            return -1;
        }
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
}
