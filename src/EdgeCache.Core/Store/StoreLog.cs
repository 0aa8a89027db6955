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

    [LoggerMessage(EventIds.StoreBlobDamaged, LogLevel.Error, "The stored bytes of {Digest} are damaged; they are removed and will be fetched again")]
    public static partial void Damaged(ILogger logger, Digest digest);
}
