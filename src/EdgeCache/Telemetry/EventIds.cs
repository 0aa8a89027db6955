namespace EdgeCache.Telemetry;

/// <summary>
/// The ids of this assembly's log messages: unique, never reused. Rooms: Hosting 1000–1099, Telemetry 1100–1199, Origin 2000–2099,
/// Fleet 2100–2199, Siblings 2200–2299, SharedState 2300–2399, Balancing 2400–2499, Serving 4000–4099, Admin 5000–5099. EdgeCache.Core has its own (3000–3499).
/// </summary>
internal static class EventIds
{
    public const int EffectiveConfiguration = 1000;
    public const int CertificateReloaded = 1001;
    public const int CertificateReloadFailed = 1002;
    public const int DrainStarted = 1003;
    public const int DrainEnded = 1004;

    public const int AccessLogDropped = 1100;
    public const int AccessLogFailed = 1101;

    public const int OriginTokenRefused = 2000;
    public const int OriginRealmRefused = 2001;
    public const int OriginAttemptFailed = 2002;
    public const int OriginEndpointUnhealthy = 2003;
    public const int OriginEndpointRecovered = 2004;
    public const int OriginBodyBroken = 2005;
    public const int OriginForwardAborted = 2006;
    public const int OriginAttemptThrew = 2007;

    public const int FleetChanged = 2100;
    public const int FleetMemberState = 2101;
    public const int FleetNotResolved = 2102;
    public const int FleetTooLarge = 2103;
    public const int FleetRefreshFailed = 2104;

    public const int SiblingSilent = 2200;
    public const int SiblingRefused = 2201;
    public const int SiblingWrong = 2202;
    // 2203 was SiblingResumed.
    public const int SiblingNotTrusted = 2204;

    public const int RedisConnected = 2300;
    public const int RedisBypassed = 2301;
    public const int RedisNotAnswering = 2302;
    public const int RedisRefused = 2303;
    public const int RedisReconnecting = 2304;
    public const int FleetEventDropped = 2305;
    public const int FleetEventFailed = 2306;

    public const int BalancerHandlerFailed = 2400;
    public const int BalancerAttemptFailed = 2401;

    public const int ServingHandlerFailed = 4000;
    public const int ServingLoopRefused = 4001;
}
