using EdgeCache.Telemetry;

namespace EdgeCache.Serving;

/// <summary>What the handlers say.</summary>
internal static partial class ServingLog
{
    [LoggerMessage(EventIds.ServingHandlerFailed, LogLevel.Error, "A request failed inside the node")]
    public static partial void HandlerFailed(ILogger logger, Exception error);
}
