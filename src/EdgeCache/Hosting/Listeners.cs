using System.Net;
using System.Net.Security;
using EdgeCache.Configuration;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeCache.Hosting;

/// <summary>
/// Sets Kestrel up: the limits of every connection, and the listeners in the order pull, admin, metrics, each marking its connections with its
/// role. Owned by the server's services, used once at the start.
/// </summary>
/// <param name="pull">Where clients pull from.</param>
/// <param name="plan">How many connections there may be.</param>
internal sealed class Listeners(
    EdgeCacheOptions options, IEnumerable<(ListenerRole Role, ListenAddress Listen)> pull, CertificateSource? certificate, DescriptorPlan plan, TimeProvider clock)
{
    /// <summary>A slow reader holds no more than this of a response (PROMISES: 64 KiB each).</summary>
    private const int ResponseBufferBytes = 64 << 10;

    /// <summary>Below this a client is stalling: Kestrel's own default.</summary>
    private const double MinBytesPerSecond = 240;

    private readonly DirectOutputOptions _direct = new()
    {
        StallTimeout = options.Limits.ClientStallTimeout,
        Clock = clock,
        // Requires that no handler waits for a disk there (Core.Concurrency.PoolThread).
        RequestsBeginInline = options.InlineCompletions,
    };

    private readonly ConnectionLimit _connections = new(plan.MaxConnections, plan.MaxRefusals, clock);

    /// <summary>The listeners with their roles, in the order they are bound and announced.</summary>
    public IReadOnlyList<(ListenerRole Role, ListenAddress Listen)> All { get; } =
    [
        .. pull,
        .. options.Admin.Listen.Select(listen => (ListenerRole.Admin, listen)),
        .. options.Telemetry.MetricsListen.Select(listen => (ListenerRole.Metrics, listen)),
    ];

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        ConfigureLimits(kestrel.Limits);
        foreach (var (role, listen) in All)
        {
            Bind(kestrel, listen, endpoint =>
            {
                endpoint.Use(next => connection => MarkAsync(connection, role, next));
                var isPull = role is ListenerRole.Pull or ListenerRole.Redirect;
                var direct = isPull ? _direct : null;
                if (isPull)
                {
                    endpoint.Use(next => connection => _connections.RunAsync(connection, isPlain: !listen.IsHttps, next));
                }

                // Without TLS there is no negotiation of HTTP/2, and no registry client asks for it.
                endpoint.Protocols = listen.IsHttps ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
                UseDirectOutput(endpoint, direct);
                if (listen.IsHttps)
                {
                    UseTls(endpoint, listen);
                    // Once more above TLS, for what goes into its records.
                    UseDirectOutput(endpoint, direct);
                }
            });
        }
    }

    private void ConfigureLimits(KestrelServerLimits kestrel)
    {
        var limits = options.Limits;
        // What pulls has a limit of its own, that answers; this one is for a transport that is not ours, which accepts no more.
        kestrel.MaxConcurrentConnections = plan.MaxSockets;
        kestrel.MaxConcurrentUpgradedConnections = 0;
        kestrel.MaxRequestHeadersTotalSize = (int)limits.MaxRequestHeadersBytes;
        kestrel.MaxRequestHeaderCount = limits.MaxRequestHeaderCount;
        kestrel.RequestHeadersTimeout = limits.HeaderTimeout;
        kestrel.KeepAliveTimeout = limits.KeepAliveTimeout;
        // Nothing we serve takes a body. A request that brings one is answered, and its connection closed: the body is never read as the
        // next request (PROMISES, framing). An admin endpoint that needs a body raises the limit for itself.
        kestrel.MaxRequestBodySize = 0;
        kestrel.MaxResponseBufferSize = ResponseBufferBytes;
        kestrel.MinResponseDataRate = new MinDataRate(MinBytesPerSecond, limits.ClientStallTimeout);
        kestrel.Http2.MaxStreamsPerConnection = limits.Http2MaxStreams;
    }

    private static void Bind(KestrelServerOptions kestrel, ListenAddress listen, Action<ListenOptions> configure)
    {
        if (listen.IsAnyAddress)
        {
            kestrel.ListenAnyIP(listen.Port, configure);
        }
        else if (listen is { IsLocalhost: true, Port: > 0 })
        {
            kestrel.ListenLocalhost(listen.Port, configure);
        }
        else
        {
            // A free port cannot be had on IPv4 and IPv6 at once: localhost:0 means IPv4.
            kestrel.Listen(listen.Address ?? IPAddress.Loopback, listen.Port, configure);
        }
    }

    private static void UseDirectOutput(ListenOptions endpoint, DirectOutputOptions? direct)
    {
        if (direct is not null)
        {
            endpoint.UseDirectOutput(direct);
        }
    }

    private void UseTls(ListenOptions endpoint, ListenAddress listen)
    {
        var source = certificate ?? throw new InvalidOperationException($"{listen} has no certificate; the options' rules refuse that.");
        endpoint.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = options.Limits.HeaderTimeout,
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = source.Current }),
        });
    }

    private static Task MarkAsync(ConnectionContext connection, ListenerRole role, ConnectionDelegate next)
    {
        connection.Features.Set<IListenerRoleFeature>(new RoleFeature(role));
        return next(connection);
    }

    private sealed record RoleFeature(ListenerRole Role) : IListenerRoleFeature;
}
