using System.Globalization;
using System.Text;

namespace EdgeCache.Core.Caching;

/// <summary>
/// The value of a Cache-Status header (RFC 9211). A value; the common ones are ready-made strings, so that a hit allocates nothing.
/// </summary>
/// <param name="ForwardStatus">The status that upstream answered with (<c>fwd-status</c>); 0 where it did not answer or was not asked.</param>
/// <param name="TimeToLive">What is left of the freshness, negative for a stale answer; null for what never expires (content by digest).</param>
/// <param name="Before">The members of the caches between us and the registry, which stand before ours; null for none.</param>
/// <param name="Outage">Why upstream gave nothing, where an answer is stale for that, or an error.</param>
public readonly record struct CacheStatus(
    CacheResult Result, int ForwardStatus = 0, TimeSpan? TimeToLive = null, string? Before = null, OutageKind? Outage = null)
{
    /// <summary>The name of this cache in the list, an sf-token.</summary>
    public const string CacheName = "EdgeCache";

    /// <summary>What the parameter begins with that says that upstream was asked, and why (RFC 9211, section 2.2).</summary>
    public const string ForwardParameter = "fwd=";

    /// <summary>The parameter that says that upstream is switched off here.</summary>
    public const string OfflineParameter = "detail=offline";

    private const string OfflineError = $"{CacheName}; {OfflineParameter}";

    /// <summary>Tags are fresh for five minutes unless configured otherwise; the strings of an hour are kept, some 250 KB at most.</summary>
    private const int KeptSeconds = 3600;

    /// <summary>By <see cref="CacheResult"/>. RFC 9211 2.2: what was forwarded says why, and is never a hit.</summary>
    private static readonly string[] Plain =
    [
        "EdgeCache",
        "EdgeCache; hit",
        "EdgeCache; fwd=miss; stored",
        "EdgeCache; fwd=miss; collapsed",
        "EdgeCache; fwd=stale; detail=stale-if-error",
        "EdgeCache; fwd=stale; detail=revalidated",
        "EdgeCache; fwd=miss; detail=linked",
        "EdgeCache; fwd=bypass",
        "EdgeCache; fwd=miss; detail=error",
    ];

    /// <summary>Stale answers by <see cref="OutageKind"/>. What was not forwarded is a hit, however old (RFC 9211, section 2.1).</summary>
    private static readonly string[] StaleBy =
    [
        "EdgeCache; fwd=stale; detail=stale-unreachable",
        "EdgeCache; fwd=stale; detail=stale-5xx",
        "EdgeCache; fwd=stale; detail=stale-429",
        "EdgeCache; fwd=stale; detail=stale-denied",
        "EdgeCache; fwd=stale; detail=stale-404",
        $"{CacheName}; hit; {OfflineParameter}",
    ];

    /// <summary>Hits by their remaining seconds; filled as they occur. A race writes an equal string twice.</summary>
    private static readonly string?[] Hits = new string?[KeptSeconds + 1];

    /// <summary>The header's value.</summary>
    public override string ToString() => Before is null ? Own() : $"{Before}, {Own()}";

    private string Own()
    {
        var plain = (Result, Outage) switch
        {
            (CacheResult.Stale, { } outage) => StaleBy[(int)outage],
            (CacheResult.Error, OutageKind.Offline) => OfflineError,
            _ => Plain[(int)Result],
        };
        if (TimeToLive is not { } left)
        {
            return ForwardStatus == 0 ? plain : Append(plain, null);
        }

        var seconds = (long)Math.Floor(left.TotalSeconds);
        if (Result != CacheResult.Hit || seconds is < 0 or > KeptSeconds)
        {
            return Append(plain, seconds);
        }

        return Hits[seconds] ??= Append(plain, seconds);
    }

    private string Append(string plain, long? seconds)
    {
        var text = new StringBuilder(plain, 96);
        if (ForwardStatus != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"; fwd-status={ForwardStatus}");
        }

        if (seconds is { } left)
        {
            text.Append(CultureInfo.InvariantCulture, $"; ttl={left}");
        }

        return text.ToString();
    }
}
