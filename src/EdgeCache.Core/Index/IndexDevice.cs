using System.Collections.Concurrent;
using EdgeCache.Core.Blobs;
using FASTER.core;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Core.Index;

/// <summary>
/// The files under a FASTER log, one a segment, made when first written. A device that spills tolerates failures: a write that failed counts as done
/// and a read that failed yields zeros, so that a full or broken disk costs look-ups (the value's checksum fails, or nothing is found) but never
/// stalls FASTER, which waits for its pages for good. The journal's device reports failures instead, and syncs on demand.
/// Owned by its store or journal writer; thread-safe.
/// </summary>
internal sealed class IndexDevice : StorageDeviceBase
{
    private const int DiskSectorBytes = 512;
    private const uint FailedCode = 5; // EIO; FASTER asks only whether it is 0.

    private readonly DiskQueue _queue;
    private readonly bool _toleratesFailure;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<int, SafeFileHandle> _segments = new();
    private readonly Lock _opening = new(); // Serialises the making of a segment's file.
    private int _failures;

    public IndexDevice(string path, DiskQueue queue, bool toleratesFailure, ILogger logger)
        : base(path, DiskSectorBytes, Devices.CAPACITY_UNSPECIFIED)
    {
        _queue = queue;
        _toleratesFailure = toleratesFailure;
        _logger = logger;
    }

    public override void WriteAsync(
        nint sourceAddress, int segmentId, ulong destinationAddress, uint numBytesToWrite, DeviceIOCompletionCallback callback, object context) =>
        Queue(() => Write(sourceAddress, segmentId, (long)destinationAddress, (int)numBytesToWrite), numBytesToWrite, callback, context);

    public override void ReadAsync(
        int segmentId, ulong sourceAddress, nint destinationAddress, uint readLength, DeviceIOCompletionCallback callback, object context) =>
        Queue(() => Read(segmentId, (long)sourceAddress, destinationAddress, (int)readLength), readLength, callback, context);

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result)
    {
        if (_segments.TryRemove(segment, out var handle))
        {
            handle.Dispose();
        }

        try
        {
            File.Delete(PathOf(segment));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            IndexLog.DiskFailed(_logger, FileName, exception.Message);
        }

        callback(result);
    }

    /// <summary>Whether everything written so far is durable now. Blocks for the fsyncs.</summary>
    public bool TrySync()
    {
        foreach (var segment in _segments.Values)
        {
            if (!Durability.TrySyncFile(segment))
            {
                return false;
            }
        }

        return true;
    }

    public override void Dispose()
    {
        foreach (var segment in _segments.Values)
        {
            segment.Dispose();
        }

        _segments.Clear();
    }

    private string PathOf(int segment) => $"{FileName}.{segment}";

    private void Queue(Action transfer, uint sizeBytes, DeviceIOCompletionCallback callback, object context)
    {
        var queued = _queue.TryAdd(() => Complete(TryTransfer(transfer) ? 0 : FailedCode, sizeBytes, callback, context));
        if (!queued)
        {
            Complete(FailedCode, sizeBytes, callback, context);
        }
    }

    private bool TryTransfer(Action transfer)
    {
        try
        {
            transfer();
            return true;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            // The first failure of a device is told; a disk that stays full would repeat it for every page.
            if (Interlocked.Increment(ref _failures) == 1)
            {
                IndexLog.DiskFailed(_logger, FileName, exception.Message);
            }

            return _toleratesFailure;
        }
    }

    private void Complete(uint errorCode, uint sizeBytes, DeviceIOCompletionCallback callback, object context)
    {
        try
        {
            callback(errorCode, sizeBytes, context);
        }
#pragma warning disable CA1031 // FASTER's callback: what it throws must not end the disk thread.
        catch (Exception exception)
        {
            IndexLog.DiskFailed(_logger, FileName, exception.Message);
        }
#pragma warning restore CA1031
    }

    private unsafe void Write(nint source, int segment, long offset, int length) =>
        RandomAccess.Write(Open(segment, create: true), new ReadOnlySpan<byte>((void*)source, length), offset);

    private unsafe void Read(int segment, long offset, nint destination, int length)
    {
        // Zeros first: a record of zeros is one that FASTER does not take for any.
        var rest = new Span<byte>((void*)destination, length);
        rest.Clear();
        var handle = Open(segment, create: false);
        while (!rest.IsEmpty)
        {
            var read = RandomAccess.Read(handle, rest, offset);
            if (read == 0)
            {
                return;
            }

            offset += read;
            rest = rest[read..];
        }
    }

    private SafeFileHandle Open(int segment, bool create)
    {
        if (_segments.TryGetValue(segment, out var handle))
        {
            return handle;
        }

        lock (_opening)
        {
            if (!_segments.TryGetValue(segment, out handle))
            {
                handle = File.OpenHandle(
                    PathOf(segment), create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
                _segments[segment] = handle;
            }

            return handle;
        }
    }
}
