using EdgeCache.Core.Fill;
using EdgeCache.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeCache.Origin;

/// <summary>What this room logs. Endpoints as scheme, host and port; never a path of a redirect, a query or a token.</summary>
internal static partial class OriginLog
{
    [LoggerMessage(EventIds.OriginTokenRefused, LogLevel.Warning, "No token from {Realm} for {Upstream}: {Outcome}, {Reason}.")]
    public static partial void TokenRefused(ILogger logger, string upstream, string realm, OriginOutcome outcome, string reason);

    [LoggerMessage(EventIds.OriginRealmRefused, LogLevel.Error,
        "{Endpoint} of {Upstream} names the token realm {Realm}, which is not allowed for it; it was sent nothing. List it in TokenRealms if it is right.")]
    public static partial void RealmRefused(ILogger logger, string upstream, string endpoint, string realm);

    [LoggerMessage(EventIds.OriginAttemptFailed, LogLevel.Warning, "{Endpoint} of {Upstream} failed: {Outcome}, status {Status}, {Reason}.")]
    public static partial void AttemptFailed(
        ILogger logger, string upstream, string endpoint, OriginOutcome outcome, int status, string reason);

    [LoggerMessage(EventIds.OriginEndpointUnhealthy, LogLevel.Warning, "{Endpoint} of {Upstream} is set aside for {Pause}.")]
    public static partial void EndpointUnhealthy(ILogger logger, string upstream, string endpoint, TimeSpan pause);

    [LoggerMessage(EventIds.OriginEndpointRecovered, LogLevel.Information, "{Endpoint} of {Upstream} answers again.")]
    public static partial void EndpointRecovered(ILogger logger, string upstream, string endpoint);

    [LoggerMessage(EventIds.OriginBodyBroken, LogLevel.Warning, "A body from {Endpoint} of {Upstream} broke off after {Bytes} bytes: {Reason}.")]
    public static partial void BodyBroken(ILogger logger, string upstream, string endpoint, long bytes, string reason);

    [LoggerMessage(EventIds.OriginForwardAborted, LogLevel.Information, "A forwarded answer of {Endpoint} of {Upstream} was aborted: {Error}.")]
    public static partial void ForwardAborted(ILogger logger, string upstream, string endpoint, ForwarderError error);

    [LoggerMessage(EventIds.OriginAttemptThrew, LogLevel.Error, "An attempt at {Endpoint} of {Upstream} ended unexpectedly.")]
    public static partial void AttemptThrew(ILogger logger, string upstream, string endpoint, Exception exception);
}
