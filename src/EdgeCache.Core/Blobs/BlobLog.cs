using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Blobs;

/// <summary>What the store of files says.</summary>
internal static partial class BlobLog
{
    [LoggerMessage(EventIds.BlobWrongLength, LogLevel.Warning,
        "The file of {Digest} has {FoundBytes} bytes where {ExpectedBytes} were verified; it is removed and will be fetched again")]
    public static partial void WrongLength(ILogger logger, Digest digest, long foundBytes, long expectedBytes);

    [LoggerMessage(EventIds.BlobForeignFile, LogLevel.Warning, "The file {Name} in {Folder} is not ours; it is left alone and not counted")]
    public static partial void ForeignFile(ILogger logger, string name, string folder);

    [LoggerMessage(EventIds.BlobLastUseNotRecorded, LogLevel.Debug, "The last use of a blob could not be recorded: {Reason}")]
    public static partial void LastUseNotRecorded(ILogger logger, string reason);

    [LoggerMessage(EventIds.BlobNotQuarantined, LogLevel.Warning, "The damaged file of {Digest} cannot be kept, and is deleted: {Reason}")]
    public static partial void NotQuarantined(ILogger logger, Digest digest, string reason);

    [LoggerMessage(EventIds.BlobNotRemoved, LogLevel.Error, "The damaged file of {Digest} cannot be removed, and is not served: {Reason}")]
    public static partial void NotRemoved(ILogger logger, Digest digest, string reason);
}
