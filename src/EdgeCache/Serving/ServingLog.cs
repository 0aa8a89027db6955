using EdgeCache.Telemetry;

namespace EdgeCache.Serving;

/// <summary>What the handlers say.</summary>
internal static partial class ServingLog
{
    [LoggerMessage(EventIds.ServingHandlerFailed, LogLevel.Error, "A request failed inside the node")]
    public static partial void HandlerFailed(ILogger logger, Exception error);

    [LoggerMessage(EventIds.ServingLoopRefused, LogLevel.Error,
        "A request for {Upstream} came back to this node, which had passed it on: an endpoint of {Upstream}, here or at a node behind it, leads to this node. It is refused.")]
    public static partial void LoopRefused(ILogger logger, string upstream);
}
