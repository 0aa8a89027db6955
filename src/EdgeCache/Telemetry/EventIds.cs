namespace EdgeCache.Telemetry;

/// <summary>The ids of log messages: unique, never reused. Each room has a block of a hundred.</summary>
internal static class EventIds
{
    // Origin: 2000 to 2099.
    public const int OriginTokenRefused = 2000;
    public const int OriginRealmRefused = 2001;
    public const int OriginAttemptFailed = 2002;
    public const int OriginEndpointUnhealthy = 2003;
    public const int OriginEndpointRecovered = 2004;
    public const int OriginBodyBroken = 2005;
    public const int OriginForwardAborted = 2006;
    public const int OriginAttemptThrew = 2007;
}
