using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>What the index says.</summary>
internal static partial class IndexLog
{
    [LoggerMessage(EventIds.IndexReplayed, LogLevel.Information,
        "The index's journal is replayed: {Entries} entries of {Generations} generations in {Seconds:0.00} s, {Links} links and {Tags} tags are known")]
    public static partial void Replayed(ILogger logger, long entries, int generations, double seconds, long links, long tags);

    [LoggerMessage(EventIds.IndexJournalDamaged, LogLevel.Warning, "Generation {Generation} of the index's journal is damaged in {Places} places; what could be read of it was used")]
    public static partial void JournalDamaged(ILogger logger, int generation, int places);

    [LoggerMessage(EventIds.IndexCompacted, LogLevel.Information, "The index's journal is compacted: {Kept} of {Read} entries kept, {Dropped} dropped over the limits, in {Seconds:0.00} s")]
    public static partial void Compacted(ILogger logger, long kept, long read, long dropped, double seconds);

    [LoggerMessage(EventIds.IndexJournalFailed, LogLevel.Warning, "The index's journal cannot be written: {Reason}; links and tags of now will be asked of the upstream again after a restart")]
    public static partial void JournalFailed(ILogger logger, string reason);

    [LoggerMessage(EventIds.IndexDiskFailed, LogLevel.Warning, "A file of the index failed: {Path}: {Reason}")]
    public static partial void DiskFailed(ILogger logger, string path, string reason);

    [LoggerMessage(EventIds.IndexRecordDamaged, LogLevel.Warning, "A record of the {Store} index has a wrong checksum and counts as absent ({Count} so far)")]
    public static partial void RecordDamaged(ILogger logger, string store, long count);

    [LoggerMessage(EventIds.IndexReadTimedOut, LogLevel.Warning, "A look-up in the {Store} index waited too long for the disk and counts as absent")]
    public static partial void ReadTimedOut(ILogger logger, string store);

    [LoggerMessage(EventIds.IndexBackgroundFailed, LogLevel.Error, "The index's {Work} failed")]
    public static partial void BackgroundFailed(ILogger logger, string work, Exception exception);

    [LoggerMessage(EventIds.IndexStoreCompacted, LogLevel.Information, "The log of the {Store} index is compacted from {BeforeBytes} to {AfterBytes} bytes")]
    public static partial void StoreCompacted(ILogger logger, string store, long beforeBytes, long afterBytes);
}
