using System.Net.Security;
using EdgeCache.Configuration;
using EdgeCache.Telemetry;

namespace EdgeCache.Hosting;

/// <summary>
/// The listeners' certificate, read again from its PEM files when their content changes. A new pair that does not load (a file half written,
/// a key that does not fit) leaves the old one in use and is logged once. Owned by the node's services; safe for concurrent use.
/// </summary>
/// <remarks>The content is compared, not the time: Kubernetes renews a mounted secret by moving a symbolic link two levels up, which changes
/// no time that the link itself shows.</remarks>
internal sealed partial class CertificateSource : IAsyncDisposable
{
    /// <summary>How often the files are looked at; two small reads.</summary>
    internal static readonly TimeSpan ReloadInterval = TimeSpan.FromSeconds(10);

    private readonly string _certificatePath;
    private readonly string _keyPath;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _reloading = new(); // Protects _seen; one reload at a time.
    private string _seen;
    private volatile SslStreamCertificateContext _current;

    private CertificateSource(string certificatePath, string keyPath, CertificatePair loaded, (ILogger Logger, TimeProvider Time) services)
    {
        _certificatePath = certificatePath;
        _keyPath = keyPath;
        _seen = loaded.Content;
        _current = loaded.Context!; // Create has seen that it loaded.
        _logger = services.Logger;
        _timer = services.Time.CreateTimer(_ => Reload(), null, ReloadInterval, ReloadInterval);
    }

    /// <summary>The certificate with its chain for the next handshake. Connections keep the one they began with.</summary>
    public SslStreamCertificateContext Current => _current;

    /// <exception cref="InvalidOperationException">The files do not load; the options' rules have said so before.</exception>
    public static CertificateSource Create(EdgeCacheOptions options, ILogger<CertificateSource> logger, TimeProvider time)
    {
        var (certificatePath, keyPath) = (options.Certificate ?? string.Empty, options.CertificateKey ?? string.Empty);
        var loaded = CertificatePair.Read(certificatePath, keyPath);
        return loaded.Problem is null
            ? new CertificateSource(certificatePath, keyPath, loaded, (logger, time))
            : throw new InvalidOperationException($"The certificate {certificatePath} does not load: {loaded.Problem}");
    }

    /// <summary>Looks at the files now.</summary>
    internal void Reload()
    {
        lock (_reloading)
        {
            var loaded = CertificatePair.Read(_certificatePath, _keyPath);
            if (loaded.Content == _seen)
            {
                return;
            }

            _seen = loaded.Content;
            if (loaded.Context is null)
            {
                ReloadFailed(_certificatePath, loaded.Problem ?? string.Empty);
                return;
            }

            _current = loaded.Context;
            Reloaded(_certificatePath, loaded.Context.TargetCertificate.NotAfter.ToUniversalTime());
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    [LoggerMessage(EventIds.CertificateReloaded, LogLevel.Information, "The certificate {Path} was read again; it is valid until {NotAfter:u}.")]
    private partial void Reloaded(string path, DateTime notAfter);

    [LoggerMessage(EventIds.CertificateReloadFailed, LogLevel.Warning, "The certificate {Path} changed but does not load ({Problem}); the old one stays in use.")]
    private partial void ReloadFailed(string path, string problem);
}
