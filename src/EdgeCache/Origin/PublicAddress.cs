using System.Net;
using System.Net.Sockets;

namespace EdgeCache.Origin;

/// <summary>
/// Whether an address is one of the public internet (IANA's special-purpose registries, RFC 6890): not loopback, private, link-local, shared
/// (CGNAT), multicast, documentation, or an IPv6 form that carries such an IPv4 address. Pure.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",

            // "::/96" holds the unspecified address, loopback and the deprecated IPv4-compatible forms; Teredo lies in 2001::/23.
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
            "ff00::/8",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    public static bool IsPublic(IPAddress address)
    {
        var plain = Unwrap(address);
        foreach (var network in Special)
        {
            if (network.Contains(plain))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The IPv4 address that an IPv6 address stands for, else the address itself without its zone.</summary>
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        var unscoped = new IPAddress(bytes);
        return Nat64.Contains(unscoped) ? new IPAddress(bytes.AsSpan(12, 4))
            : SixToFour.Contains(unscoped) ? new IPAddress(bytes.AsSpan(2, 4))
            : unscoped;
    }
}
