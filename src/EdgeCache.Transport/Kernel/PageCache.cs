using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Transport.Kernel;

/// <summary>
/// What the kernel has of a file in memory: preadv2(2) with RWF_NOWAIT, which never waits for a disk. Every call holds the handle it works on. Linux; thread-safe.
/// </summary>
internal static partial class PageCache
{
    private const int NoWait = 8;
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

    /// <summary>Waits until a byte is in memory. That it cannot be read is for whoever sends it to find out.</summary>
    public static void Wait(SafeFileHandle file, long offset)
    {
        try
        {
            Span<byte> one = stackalloc byte[1];
            _ = RandomAccess.Read(file, one, offset);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    private static unsafe partial nint ReadVectors(SafeFileHandle file, IoVector* vectors, int vectorCount, long offset, int flags);
}
