using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Fill;

/// <summary>What the fills say.</summary>
internal static partial class FillLog
{
    [LoggerMessage(EventIds.FillCompleted, LogLevel.Information, "Filled {Digest} from {Repository}: {SizeBytes} bytes, stored: {Stored}")]
    public static partial void Completed(ILogger logger, Digest digest, RepositoryKey repository, long sizeBytes, bool stored);

    [LoggerMessage(EventIds.FillSourceFailed, LogLevel.Warning, "{Digest} from {Repository} at {Endpoint} failed: {Outcome}, {Reason}")]
    public static partial void SourceFailed(
        ILogger logger, Digest digest, RepositoryKey repository, string endpoint, OriginOutcome outcome, string reason);

    [LoggerMessage(EventIds.FillResumed, LogLevel.Information, "{Digest} goes on from {Repository} at {Endpoint} after {HeldBytes} bytes, the answer from {Offset} on")]
    public static partial void Resumed(ILogger logger, Digest digest, RepositoryKey repository, string endpoint, long heldBytes, long offset);

    [LoggerMessage(EventIds.FillFailed, LogLevel.Warning, "{Digest} could not be had from any source")]
    public static partial void Failed(ILogger logger, Digest digest);

    [LoggerMessage(EventIds.FillNotStored, LogLevel.Error, "{Digest} could not be stored: {Reason}")]
    public static partial void NotStored(ILogger logger, Digest digest, string reason);

    [LoggerMessage(EventIds.FillCrashed, LogLevel.Error, "The fill of {Digest} failed inside the node")]
    public static partial void Crashed(ILogger logger, Digest digest, Exception error);

    [LoggerMessage(EventIds.RefetchFailed, LogLevel.Error, "What was damaged could not be fetched again; the next request fetches it")]
    public static partial void RefetchFailed(ILogger logger, Exception error);

    [LoggerMessage(EventIds.ManifestRefused, LogLevel.Warning, "{Repository} {Reference}: the upstream's manifest is refused: {Reason}")]
    public static partial void ManifestRefused(ILogger logger, RepositoryKey repository, Reference reference, string reason);

    [LoggerMessage(EventIds.TagServedStale, LogLevel.Warning, "{Repository} {Reference} is served stale: {Outcome}, {Reason}")]
    public static partial void TagServedStale(
        ILogger logger, RepositoryKey repository, Reference reference, OriginOutcome outcome, string reason);
}
