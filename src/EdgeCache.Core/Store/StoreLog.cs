using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Store;

/// <summary>What the store says.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(EventIds.StoreOpened, LogLevel.Information,
        "The cache is {Root}, {LimitBytes} bytes at most; {Swept} unfinished files of an earlier run were swept")]
    public static partial void Opened(ILogger logger, string root, long limitBytes, int swept);

    [LoggerMessage(EventIds.StoreScanned, LogLevel.Information, "The index is complete: {Count} objects after {Seconds:0.00} s")]
    public static partial void Scanned(ILogger logger, int count, double seconds);

    [LoggerMessage(EventIds.StoreScanFailed, LogLevel.Error, "The cache folder could not be scanned; look-ups go to the file system")]
    public static partial void ScanFailed(ILogger logger, Exception error);

    [LoggerMessage(EventIds.StoreBlobDamaged, LogLevel.Error, "The stored bytes of {Digest} are damaged; they are set aside and will be fetched again")]
    public static partial void Damaged(ILogger logger, Digest digest);

    [LoggerMessage(EventIds.DiskFull, LogLevel.Error, "The cache's disk is full: what is fetched is passed through and not stored, and the least used is evicted. {Reason}")]
    public static partial void DiskFull(ILogger logger, string reason);

    [LoggerMessage(EventIds.DiskFailed, LogLevel.Error, "The cache's disk fails: what is fetched is passed through and not stored. {Reason}")]
    public static partial void DiskFailed(ILogger logger, string reason);

    [LoggerMessage(EventIds.DiskRecovered, LogLevel.Information, "The cache's disk takes bytes again: what is fetched is stored")]
    public static partial void DiskRecovered(ILogger logger);

    [LoggerMessage(EventIds.DiskNotMeasured, LogLevel.Warning, "The room on the cache's disk cannot be measured: {Reason}")]
    public static partial void DiskNotMeasured(ILogger logger, string reason);

    [LoggerMessage(EventIds.ScrubStarted, LogLevel.Information, "The scrubber begins a round over {Objects} objects with {Bytes} bytes")]
    public static partial void ScrubStarted(ILogger logger, long objects, long bytes);

    [LoggerMessage(EventIds.ScrubEnded, LogLevel.Information, "The scrubber has checked {Objects} objects with {Bytes} bytes since {StartedAt:O}: {Damaged} were damaged")]
    public static partial void ScrubEnded(ILogger logger, long objects, long bytes, DateTimeOffset startedAt, long damaged);

    [LoggerMessage(EventIds.ScrubLate, LogLevel.Warning, "The scrubber's round took {Days:0.0} days where {Period} were wanted: its highest rate does not allow more")]
    public static partial void ScrubLate(ILogger logger, double days, TimeSpan period);

    [LoggerMessage(EventIds.ScrubFailed, LogLevel.Error, "The scrubber failed and tries again in a while")]
    public static partial void ScrubFailed(ILogger logger, Exception error);

    [LoggerMessage(EventIds.StorePassedThrough, LogLevel.Debug, "{Digest} is passed through and not stored: {Reason}")]
    public static partial void PassedThrough(ILogger logger, Digest digest, string reason);

    [LoggerMessage(EventIds.StoreUnfinishedLost, LogLevel.Warning, "What has come of {Digest} cannot be kept for later: {Reason}")]
    public static partial void UnfinishedLost(ILogger logger, Digest digest, string reason);
}
