using System.Diagnostics;
using System.Net;

namespace EdgeCache.Origin;

/// <summary>
/// The connections of one upstream and the one handler chain in front of them — deadline, authentication, redirects, dial guard — that serves
/// fills and forwarded requests alike. Owned by <see cref="Upstream"/>; safe for concurrent use.
/// </summary>
internal sealed class UpstreamHttp : IAsyncDisposable
{
    // PROMISES, Security: upstream headers 64 KiB.
    private const int MaxHeadersKiB = 64;

    // Within 10 minutes a moved DNS name is followed.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ConnectionIdle = TimeSpan.FromMinutes(1);

    // A connection whose answer was given up ("a GET stopped at its headers") is reused only where little is left to read.
    private const int MaxDrainBytes = 64 * 1024;

    // Enough for 1 Gbit/s at 8 ms from the first round trip on; the framework widens it as the path's delay demands.
    private const int Http2WindowBytes = 1024 * 1024;

    private readonly UpstreamTrust? _trust;
    private readonly TokenSource _tokens;
    private readonly HttpMessageInvoker _realm;

    /// <param name="maxTokenBytes">The longest answer of a token server.</param>
    /// <param name="proxy">What HTTP_PROXY, HTTPS_PROXY and NO_PROXY say (<see cref="HttpClient.DefaultProxy"/>), or a test's.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The CA file holds no certificate.</exception>
    /// <exception cref="IOException">The CA file cannot be read.</exception>
    public UpstreamHttp(UpstreamOptions options, int maxTokenBytes, IWebProxy proxy, OriginMetrics metrics, ILogger log, TimeProvider time)
    {
        _trust = options.CaFile is null ? null : UpstreamTrust.Load(options.CaFile);
        var guard = new DialGuard(options, proxy, time);
        var guarded = new GuardedTargetHandler(guard, CreateSockets(options, proxy, guard, metrics));
        _realm = new HttpMessageInvoker(guarded, disposeHandler: false);
        _tokens = new TokenSource(_realm, options, maxTokenBytes, metrics, log, time);
        var authentication = new AuthenticationHandler(
            _tokens, new TokenRealmPolicy(options.TokenRealms), options.Name, log, new RedirectFollower(guarded));
        Invoker = new HttpMessageInvoker(new HeaderDeadline(options.HeaderTimeout, time, authentication));
    }

    /// <summary>The chain. Throws <see cref="HttpRequestException"/>, <see cref="OperationCanceledException"/> (the caller's) and what
    /// <see cref="UpstreamFaultException.Find"/> finds.</summary>
    public HttpMessageInvoker Invoker { get; }

    public async ValueTask DisposeAsync()
    {
        await _tokens.DisposeAsync();
        _realm.Dispose();
        Invoker.Dispose();
        _trust?.Dispose();
    }

    private SocketsHttpHandler CreateSockets(UpstreamOptions options, IWebProxy proxy, DialGuard guard, OriginMetrics metrics)
    {
        var sockets = new SocketsHttpHandler
        {
            ConnectCallback = guard.ConnectAsync,
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            PooledConnectionIdleTimeout = ConnectionIdle,
            MaxConnectionsPerServer = options.MaxConnections,
            MaxResponseHeadersLength = MaxHeadersKiB,
            MaxResponseDrainSize = MaxDrainBytes,
            AutomaticDecompression = DecompressionMethods.None,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = true,
            Proxy = proxy,
            PreAuthenticate = false,

            // The node's own: without it http.client.* would count what every node of the process asks.
            MeterFactory = metrics.Meters,

            // Requests are built afresh: our trace ids are no business of an upstream's, still less of its storage's.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = Http2WindowBytes,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (_trust is not null)
        {
            sockets.SslOptions.RemoteCertificateValidationCallback = _trust.Validate;
        }

        return sockets;
    }
}
