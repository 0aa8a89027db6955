using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using EdgeCache.Origin;

namespace EdgeCache.Fleet;

/// <summary>The connections to the fleet's members: never by a proxy, never following a redirect. Owned by the services; safe for concurrent use.</summary>
internal sealed class FleetHttp : IDisposable
{
    private const int MaxHeadersKiB = 64;
    private const int MaxDrainBytes = 64 << 10;

    private readonly UpstreamTrust? _trust;

    /// <exception cref="CryptographicException">The CA file holds no certificate.</exception>
    /// <exception cref="IOException">The CA file cannot be read.</exception>
    public FleetHttp(FleetOptions options)
    {
        _trust = options.CaFile is null ? null : UpstreamTrust.Load(options.CaFile);
        var sockets = new SocketsHttpHandler
        {
            // In one network a connection that takes longer than a probe may is none.
            ConnectTimeout = options.ConnectTimeout ?? options.ProbeTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            EnableMultipleHttp2Connections = true,
            // Whoever asks bounds what it has in flight. A bound here would have probes wait behind downloads, and busy members look dead.
            MaxConnectionsPerServer = int.MaxValue,
            MaxResponseHeadersLength = MaxHeadersKiB,
            MaxResponseDrainSize = MaxDrainBytes,
            AutomaticDecompression = DecompressionMethods.None,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PreAuthenticate = false,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        };
        if (_trust is not null)
        {
            sockets.SslOptions.RemoteCertificateValidationCallback = _trust.Validate;
        }

        Invoker = new HttpMessageInvoker(sockets);
    }

    /// <summary>Throws <see cref="HttpRequestException"/> and <see cref="OperationCanceledException"/>; no deadline but the connection's.</summary>
    public HttpMessageInvoker Invoker { get; }

    public void Dispose()
    {
        Invoker.Dispose();
        _trust?.Dispose();
    }
}
