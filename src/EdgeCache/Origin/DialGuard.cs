using System.Net;
using System.Net.Sockets;
using EdgeCache.Core.Fill;

namespace EdgeCache.Origin;

/// <summary>
/// Decides what may be dialled on an upstream's behalf (PROMISES, Security: SSRF). A redirect or a token realm may lead anywhere public; to loopback,
/// private and link-local addresses only where the operator named that host and port, or allowed them all. The address that is dialled is the one
/// that was checked, so that a name that re-binds gains nothing. Connection pools are per scheme, host and port, as is the rule: a target never
/// rides on a connection that it could not have opened. Immutable, safe for concurrent use.
/// </summary>
internal sealed class DialGuard
{
    // Names of an internal network that a proxy could resolve although we cannot.
    private static readonly string[] InternalSuffixes = [".localhost", ".local", ".internal", ".home.arpa"];

    private readonly HashSet<string> _trusted = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _allowPrivate;
    private readonly TimeSpan _connectTimeout;
    private readonly IWebProxy? _proxy;
    private readonly TimeProvider _time;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;

    /// <param name="proxy">The proxy in use; its own address may be dialled wherever it lies.</param>
    /// <param name="resolve">How names are resolved; null is the system's way.</param>
    public DialGuard(UpstreamOptions options, IWebProxy? proxy, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _allowPrivate = options.AllowPrivateAddresses;
        _connectTimeout = options.ConnectTimeout;
        _proxy = proxy;
        _time = time;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        foreach (var endpoint in options.Endpoints)
        {
            _trusted.Add(Key(endpoint.IdnHost, endpoint.Port));
        }

        foreach (var realm in options.TokenRealms)
        {
            // Without a port, the one of https.
            if (Uri.TryCreate($"https://{realm}", UriKind.Absolute, out var uri))
            {
                _trusted.Add(Key(uri.IdnHost, uri.Port));
            }
        }
    }

    /// <summary>Checks a target that is reached through a proxy, where only its name can be judged: no literal addresses, no names of an internal
    /// network. Without a proxy for it there is nothing to do here: <see cref="ConnectAsync"/> judges the address.</summary>
    /// <exception cref="UpstreamFaultException">It is refused.</exception>
    public void CheckTarget(Uri target)
    {
        if (ProxyOf(target) is not { } proxy || _allowPrivate || IsTrusted(target.IdnHost, target.Port))
        {
            return;
        }

        var isInternal = target.HostNameType != UriHostNameType.Dns
            || !target.IdnHost.Contains('.')
            || InternalSuffixes.Any(suffix => target.IdnHost.TrimEnd('.').EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            || Key(target.IdnHost, target.Port) == Key(proxy.IdnHost, proxy.Port);
        if (isInternal)
        {
            throw Refused(target.IdnHost);
        }
    }

    /// <summary>The connect callback of the upstream's <see cref="SocketsHttpHandler"/>.</summary>
    /// <exception cref="UpstreamFaultException">No address of the host may be dialled.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var endPoint = context.DnsEndPoint;
        var addresses = IPAddress.TryParse(endPoint.Host, out var literal) ? [literal] : await _resolve(endPoint.Host, cancellationToken);
        if (!_allowPrivate && !IsTrusted(endPoint.Host, endPoint.Port) && !IsProxy(endPoint, context.InitialRequestMessage))
        {
            addresses = Array.FindAll(addresses, PublicAddress.IsPublic);
        }

        return addresses.Length == 0 ? throw Refused(endPoint.Host) : await DialAsync(addresses, endPoint.Port, cancellationToken);
    }

    private static UpstreamFaultException Refused(string host) =>
        new(OriginOutcome.BadAnswer, $"the address of {host} is loopback, private or link-local, and not allowed");

    private static string Key(string host, int port) => $"{host.Trim('[', ']')}:{port}";

    private bool IsTrusted(string host, int port) => _trusted.Contains(Key(host, port));

    /// <summary>Whether the connection is to the proxy that the request goes through. For a tunnel the framework's request is the CONNECT, whose
    /// URI is the proxy's own; <see cref="CheckTarget"/> keeps other requests away from that host and port.</summary>
    private bool IsProxy(DnsEndPoint endPoint, HttpRequestMessage request)
    {
        var uri = request.RequestUri;
        var proxy = uri is null || request.Method == HttpMethod.Connect ? uri : ProxyOf(uri);
        return _proxy is not null && proxy is not null && Key(proxy.IdnHost, proxy.Port) == Key(endPoint.Host, endPoint.Port);
    }

    private Uri? ProxyOf(Uri target) => _proxy is null || _proxy.IsBypassed(target) ? null : _proxy.GetProxy(target);

    /// <summary>Tries the addresses in the resolver's order. A dead one must not eat the whole time: each but the last gets half of what is left, the last gets the rest.</summary>
    /// <exception cref="SocketException">None of them can be reached, or not in time.</exception>
    private async ValueTask<Stream> DialAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var left = _connectTimeout;
        for (var i = 0; ; i++)
        {
            var isLast = i == addresses.Length - 1;
            var share = isLast ? left : left / 2;
            left -= share;
            try
            {
                return await DialAsync(new IPEndPoint(addresses[i], port), share, cancellationToken);
            }
            catch (SocketException) when (!isLast && !cancellationToken.IsCancellationRequested)
            {
                // The next one.
            }
        }
    }

    private async ValueTask<Stream> DialAsync(IPEndPoint endPoint, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, attempt.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
