using EdgeCache.Telemetry;

namespace EdgeCache.SharedState;

/// <summary>What this room logs: kinds of failures and never their text, which may repeat what was configured.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(EventIds.RedisConnected, LogLevel.Information, "Redis answers.")]
    public static partial void Connected(ILogger logger);

    [LoggerMessage(EventIds.RedisBypassed, LogLevel.Warning, "Redis is bypassed until it answers again: {Failure}.")]
    public static partial void Bypassed(ILogger logger, string failure);

    [LoggerMessage(EventIds.RedisNotAnswering, LogLevel.Warning, "Redis does not answer yet: {Failure}.")]
    public static partial void NotAnswering(ILogger logger, string failure);

    [LoggerMessage(EventIds.RedisRefused, LogLevel.Warning, "Redis refuses a call: {Error}.")]
    public static partial void Refused(ILogger logger, string error);

    [LoggerMessage(EventIds.FleetEventDropped, LogLevel.Warning, "An event of the fleet is dropped, since too many wait: {Kind}.")]
    public static partial void EventDropped(ILogger logger, FleetEventKind kind);

    [LoggerMessage(EventIds.FleetEventFailed, LogLevel.Warning, "An event of the fleet came to nothing here: {Kind}.")]
    public static partial void EventFailed(ILogger logger, FleetEventKind kind, Exception error);

    [LoggerMessage(EventIds.RedisReconnecting, LogLevel.Warning, "The connection to Redis is given up for a new one after {Probes} probes without an answer.")]
    public static partial void Reconnecting(ILogger logger, int probes);
}
