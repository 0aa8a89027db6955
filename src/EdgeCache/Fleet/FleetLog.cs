using EdgeCache.Telemetry;

namespace EdgeCache.Fleet;

/// <summary>What this room logs.</summary>
internal static partial class FleetLog
{
    [LoggerMessage(EventIds.FleetChanged, LogLevel.Information, "The fleet has {Count} nodes now: {Members}.")]
    public static partial void Changed(ILogger logger, int count, string members);

    [LoggerMessage(EventIds.FleetMemberState, LogLevel.Warning, "{Member} was {Before} and is {Now}.")]
    public static partial void StateChanged(ILogger logger, string member, MemberState before, MemberState now);

    [LoggerMessage(EventIds.FleetNotResolved, LogLevel.Warning, "{Host} does not resolve ({Error}); the nodes that are known stay.")]
    public static partial void NotResolved(ILogger logger, string host, string error);

    [LoggerMessage(EventIds.FleetTooLarge, LogLevel.Error, "{Count} nodes are named, and a fleet has at most {Most}: the rest is left out.")]
    public static partial void TooLarge(ILogger logger, int count, int most);

    [LoggerMessage(EventIds.FleetRefreshFailed, LogLevel.Error, "The fleet's members could not be looked up; it is tried again.")]
    public static partial void RefreshFailed(ILogger logger, Exception error);
}
