using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Transport;

/// <summary>
/// What the kernel has of a file in memory: preadv2(2) with RWF_NOWAIT, which never waits for a disk, and posix_fadvise(2). Every call holds the handle it works
/// on. Linux; thread-safe.
/// </summary>
internal static partial class PageCache
{
    /// <summary>
    /// The kernel cuts what it is asked to read ahead at the larger of the disk's read_ahead_kb and its largest request: a piece stays below what disks have.
    /// </summary>
    private const int PieceBytes = 512 << 10;

    private const int NoWait = 8;
    private const int WillNeed = 3;
    private const int TryAgain = 11;

    /// <summary>Reads what is there without waiting.</summary>
    /// <param name="count">At <see cref="PageCacheRead.Done"/> the number of bytes, which may be fewer than fit; 0 at the file's end.</param>
    public static unsafe PageCacheRead Read(SafeFileHandle file, Span<byte> buffer, long offset, out int count)
    {
        count = 0;
        try
        {
            fixed (byte* start = buffer)
            {
                var vector = new IoVector(start, (nuint)buffer.Length);
                var read = ReadVectors(file, &vector, 1, offset, NoWait);
                count = (int)Math.Max(0, read);
                return read >= 0 ? PageCacheRead.Done : Marshal.GetLastPInvokeError() == TryAgain ? PageCacheRead.Cold : PageCacheRead.Unknown;
            }
        }
        catch (ObjectDisposedException)
        {
            return PageCacheRead.Unknown;
        }
    }

    /// <summary>Whether a byte of the file, or its end, is known to be in memory: some 0.3 µs.</summary>
    public static bool Holds(SafeFileHandle file, long offset)
    {
        Span<byte> one = stackalloc byte[1];
        return Read(file, one, offset, out _) == PageCacheRead.Done;
    }

    /// <summary>Asks the disk for a range and waits for its first byte only. That something cannot be read is for whoever sends it to find out.</summary>
    public static void Load(SafeFileHandle file, long offset, long lengthBytes)
    {
        try
        {
            for (var done = 0L; done < lengthBytes; done += PieceBytes)
            {
                _ = Advise(file, offset + done, Math.Min(PieceBytes, lengthBytes - done), WillNeed);
            }

            Span<byte> one = stackalloc byte[1];
            _ = RandomAccess.Read(file, one, offset);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    private static unsafe partial nint ReadVectors(SafeFileHandle file, IoVector* vectors, int vectorCount, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long lengthBytes, int advice);
}
