using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Index;

/// <summary>What the index says: event ids 3300–3399.</summary>
internal static partial class IndexLog
{
    [LoggerMessage(3300, LogLevel.Information,
        "The index's journal is replayed: {Entries} entries of {Generations} generations in {Seconds:0.00} s, {Links} links and {Tags} tags are known")]
    public static partial void Replayed(ILogger logger, long entries, int generations, double seconds, long links, long tags);

    [LoggerMessage(3301, LogLevel.Warning, "Generation {Generation} of the index's journal is damaged in {Places} places; what could be read of it was used")]
    public static partial void JournalDamaged(ILogger logger, int generation, int places);

    [LoggerMessage(3302, LogLevel.Information, "The index's journal is compacted: {Kept} of {Read} entries kept, {Dropped} dropped over the limits, in {Seconds:0.00} s")]
    public static partial void Compacted(ILogger logger, long kept, long read, long dropped, double seconds);

    [LoggerMessage(3303, LogLevel.Warning, "The index's journal cannot be written: {Reason}; links and tags of now will be asked of the upstream again after a restart")]
    public static partial void JournalFailed(ILogger logger, string reason);

    [LoggerMessage(3304, LogLevel.Warning, "A file of the index failed: {Path}: {Reason}")]
    public static partial void DiskFailed(ILogger logger, string path, string reason);

    [LoggerMessage(3305, LogLevel.Warning, "A record of the {Store} index has a wrong checksum and counts as absent ({Count} so far)")]
    public static partial void RecordDamaged(ILogger logger, string store, long count);

    [LoggerMessage(3306, LogLevel.Warning, "A look-up in the {Store} index waited too long for the disk and counts as absent")]
    public static partial void ReadTimedOut(ILogger logger, string store);

    [LoggerMessage(3307, LogLevel.Error, "The index's {Work} failed")]
    public static partial void BackgroundFailed(ILogger logger, string work, Exception exception);

    [LoggerMessage(3308, LogLevel.Information, "The log of the {Store} index is compacted from {BeforeBytes} to {AfterBytes} bytes")]
    public static partial void StoreCompacted(ILogger logger, string store, long beforeBytes, long afterBytes);
}
