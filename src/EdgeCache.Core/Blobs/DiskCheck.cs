using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeCache.Core.Oci;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Blobs;

/// <summary>Hashes a stored file from the disk itself. Stateless.</summary>
internal static class DiskCheck
{
    private const int BufferBytes = 1 << 20;

    /// <summary>What O_DIRECT wants of buffers: the largest block that disks have.</summary>
    private const int Alignment = 4096;

    private const int InvalidArgument = 22; // EINVAL: the file system opens a file so, but does not read it so.

    /// <summary>EIO, ENODATA, EBADMSG, EUCLEAN: what Linux's file systems say of sectors and checksums. Whatever else goes wrong says nothing of the bytes.</summary>
    private static readonly int[] Unreadable = [5, 61, 74, 117];

    /// <param name="path">The file that should have the digest.</param>
    /// <exception cref="OperationCanceledException">The token.</exception>
    public static async ValueTask<CheckOutcome> RunAsync(IDisk disk, string path, Digest digest, ReadPace pace, CancellationToken cancellationToken)
    {
        try
        {
            return await HashAsync(disk, path, digest, pace, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            return Unreadable.Contains(error.HResult) ? CheckOutcome.Damaged : CheckOutcome.Unknown;
        }
    }

    private static async ValueTask<CheckOutcome> HashAsync(IDisk disk, string path, Digest digest, ReadPace pace, CancellationToken cancellationToken)
    {
        try
        {
            return await HashAsync(disk.TryOpenDirect(path), digest, pace, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error) when (error.HResult == InvalidArgument)
        {
            return await HashAsync(disk.TryOpen(path), digest, pace, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<CheckOutcome> HashAsync(SafeFileHandle? opened, Digest digest, ReadPace pace, CancellationToken cancellationToken)
    {
        using var file = opened;
        if (file is null)
        {
            return CheckOutcome.Absent;
        }

        using var found = new RunningDigest(digest.Algorithm);
        var offset = 0L;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            var count = Read(file, offset, found);
            await pace.PayAsync(count, Stopwatch.GetElapsedTime(started), cancellationToken).ConfigureAwait(false);
            offset += count;
            if (count < BufferBytes)
            {
                return found.Finish() == digest ? CheckOutcome.Sound : CheckOutcome.Damaged;
            }
        }
    }

    /// <summary>Fewer bytes than the buffer holds only at the end of the file.</summary>
    private static unsafe int Read(SafeFileHandle file, long offset, RunningDigest found)
    {
        var memory = NativeMemory.AlignedAlloc(BufferBytes, Alignment);
        try
        {
            var buffer = new Span<byte>(memory, BufferBytes);
            var count = RandomAccess.Read(file, buffer, offset);
            found.Append(buffer[..count]);
            return count;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }
}
