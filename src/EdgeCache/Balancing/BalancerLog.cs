using EdgeCache.Telemetry;

namespace EdgeCache.Balancing;

/// <summary>What this room logs.</summary>
internal static partial class BalancerLog
{
    [LoggerMessage(EventIds.BalancerHandlerFailed, LogLevel.Error, "A request failed inside the balancer")]
    public static partial void HandlerFailed(ILogger logger, Exception error);

    [LoggerMessage(EventIds.BalancerAttemptFailed, LogLevel.Warning, "A request to {Member} failed: {Outcome}. {Reason}")]
    public static partial void AttemptFailed(ILogger logger, string member, AttemptOutcome outcome, string reason);
}
