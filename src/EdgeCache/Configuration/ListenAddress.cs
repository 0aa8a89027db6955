using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace EdgeCache.Configuration;

/// <summary>
/// An address to listen on: <c>http://127.0.0.1:5000</c>, <c>https://[::]:5443</c>, <c>http://localhost:0</c>, <c>http://*:80</c>. A value.
/// Names other than localhost are refused: what they resolve to may change under us.
/// </summary>
/// <param name="IsHttps">Whether TLS is spoken.</param>
/// <param name="Host">The host as written: an IP address (IPv6 in brackets), <c>localhost</c> or <c>*</c>.</param>
/// <param name="Port">0 to 65535; 0 takes a free port.</param>
internal readonly record struct ListenAddress(bool IsHttps, string Host, int Port)
{
    public const string Allowed = "http:// or https:// with an IP address, localhost or *, and a port (0: a free one), such as http://127.0.0.1:5000";

    public bool IsAnyAddress => Host == "*";

    public bool IsLocalhost => Host == "localhost";

    /// <summary>The address to bind; null for localhost and <c>*</c>, which mean more than one.</summary>
    public IPAddress? Address => IPAddress.TryParse(Host, out var address) ? address : null;

    public static bool TryParse([NotNullWhen(true)] string? text, out ListenAddress listen)
    {
        listen = default;
        var trimmed = text?.Trim() ?? string.Empty;
        var isHttps = trimmed.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!isHttps && !trimmed.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var authority = trimmed[(isHttps ? 8 : 7)..];
        authority = authority.EndsWith('/') ? authority[..^1] : authority;
        if (!TrySplit(authority, isHttps ? 443 : 80, out var host, out var port) || !IsBindable(host))
        {
            return false;
        }

        listen = new ListenAddress(isHttps, host.ToLowerInvariant() is var lower && lower == "+" ? "*" : lower, port);
        return true;
    }

    /// <exception cref="FormatException">The text is no address to listen on.</exception>
    public static ListenAddress Parse(string text) =>
        TryParse(text, out var listen) ? listen : throw new FormatException($"'{text}' is no address to listen on.");

    /// <summary>Whether both cannot be bound in one process.</summary>
    public bool Collides(ListenAddress other) =>
        Port != 0 && Port == other.Port && (Host == other.Host || Covers(other) || other.Covers(this));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsHttps ? "https" : "http")}://{Host}:{Port}");

    private bool Covers(ListenAddress other) =>
        IsAnyAddress || Equals(Address, IPAddress.IPv6Any) || (Equals(Address, IPAddress.Any) && !other.Host.StartsWith('['));

    private static bool TrySplit(string authority, int defaultPort, out string host, out int port)
    {
        host = authority;
        port = defaultPort;
        var colon = authority.LastIndexOf(':');
        if (colon <= authority.LastIndexOf(']'))
        {
            return true;
        }

        host = authority[..colon];
        return int.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;
    }

    private static bool IsBindable(string host) =>
        host is "*" or "+"
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (host.StartsWith('[') && host.EndsWith(']') && IPAddress.TryParse(host, out _))
        || (host.Count(character => character == '.') == 3 && IPAddress.TryParse(host, out _));
}
