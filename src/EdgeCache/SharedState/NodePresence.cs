using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeCache.Fleet;

namespace EdgeCache.SharedState;

/// <summary>What a node says of itself: where it is reached, whether it leaves, its work, and when it said so.</summary>
internal sealed record NodePresence(MemberAddress Address, bool IsDraining, NodeLoad Load, DateTimeOffset Time)
{
    /// <summary>How long a node counts as there that is not heard of any more.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>How often a node says that it is there.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private const int Parts = 6;

    public string Format() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Time.ToUnixTimeMilliseconds()} {Address} {(IsDraining ? 1 : 0)} {Load.InFlight} {Load.Requests} {Load.Hits}");

    public static bool TryParse(string text, [NotNullWhen(true)] out NodePresence? presence)
    {
        presence = null;
        var parts = text.Split(' ', Parts + 1);
        if (parts.Length != Parts
            || !UnixTime.TryParse(parts[0], out var time)
            || !MemberAddress.TryParse(parts[1], out var address)
            || parts[2] is not ("0" or "1")
            || !int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var inFlight)
            || !long.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out var requests)
            || !long.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out var hits))
        {
            return false;
        }

        presence = new NodePresence(address, parts[2] == "1", new NodeLoad(inFlight, requests, hits), time);
        return true;
    }
}
