using System.Net;
using EdgeCache.Configuration;
using Microsoft.Extensions.Primitives;

namespace EdgeCache.Serving;

/// <summary>
/// Which address a request comes from: its connection's, or what a configured proxy says in X-Forwarded-For. The header is read from its end, for as long as
/// trusted proxies wrote it: what stands before that anybody may have written. Safe for concurrent use.
/// </summary>
internal sealed class ClientAddresses(LimitOptions limits)
{
    /// <summary>A chain of more proxies than this is none.</summary>
    private const int MaxProxies = 16;

    private readonly IReadOnlyList<IPNetwork> _trusted = limits.TrustedProxies;

    public IPAddress Of(HttpContext context)
    {
        var address = Plain(context.Connection.RemoteIpAddress ?? IPAddress.None);
        return _trusted.Count > 0 && IsTrusted(address) ? Forwarded(address, context.Request.Headers["X-Forwarded-For"]) : address;
    }

    private IPAddress Forwarded(IPAddress address, StringValues values)
    {
        var hops = values.ToString().Split(',', StringSplitOptions.TrimEntries);
        foreach (var hop in hops.Reverse().Take(MaxProxies))
        {
            if (!IPAddress.TryParse(hop, out var named))
            {
                break;
            }

            address = Plain(named);
            if (!IsTrusted(address))
            {
                break;
            }
        }

        return address;
    }

    private bool IsTrusted(IPAddress address) => _trusted.Any(network => network.Contains(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
