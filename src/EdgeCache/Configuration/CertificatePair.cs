using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeCache.Configuration;

/// <summary>A certificate and its private key as their two PEM files were read: ready for handshakes, or what is wrong with them.</summary>
/// <param name="Context">The certificate with its chain; null where the pair does not load.</param>
/// <param name="Problem">Why it does not load; null where it does.</param>
/// <param name="Content">The files' text, secret: to be compared, never shown. Empty where they cannot be read.</param>
internal sealed record CertificatePair(SslStreamCertificateContext? Context, string? Problem, string Content)
{
    /// <summary>Reads both files once.</summary>
    public static CertificatePair Read(string certificatePath, string keyPath)
    {
        var content = string.Empty;
        try
        {
            var certificate = File.ReadAllText(certificatePath);
            var key = File.ReadAllText(keyPath);
            content = certificate + '\0' + key;
            using var ephemeral = X509Certificate2.CreateFromPem(certificate, key);
            // A round trip through PKCS #12: not every platform's TLS takes a key that was never in a store.
            var leaf = OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null) : new X509Certificate2(ephemeral);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            return new CertificatePair(SslStreamCertificateContext.Create(leaf, chain, offline: true), null, content);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new CertificatePair(null, failure.Message, content);
        }
    }
}
