using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeCache.Testing;

/// <summary>
/// A private certificate authority with server certificates, also as PEM files in a folder that the caller owns. All names and addresses are
/// of the loopback. Not thread-safe while certificates are made.
/// </summary>
public sealed class TestCertificates : IDisposable
{
    private readonly string _folder;
    private readonly X509Certificate2 _authority;

    /// <param name="folder">Where the PEM files go; exists.</param>
    public TestCertificates(string folder)
    {
        _folder = folder;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=EdgeCache test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        CaFile = Path.Combine(folder, "ca.pem");
        File.WriteAllText(CaFile, _authority.ExportCertificatePem());
        Server = CreateServer("server");
    }

    /// <summary>The authority's certificate.</summary>
    public string CaFile { get; }

    /// <summary>A sound certificate for localhost, 127.0.0.1 and ::1.</summary>
    public TestServerCertificate Server { get; }

    /// <summary>A certificate of this authority.</summary>
    /// <param name="name">The files' name without its extension.</param>
    /// <param name="hosts">DNS names and addresses; localhost, 127.0.0.1 and ::1 where none are given.</param>
    public TestServerCertificate CreateServer(string name, params IReadOnlyCollection<string> hosts) =>
        Issue(name, hosts, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));

    /// <summary>A certificate that ended yesterday.</summary>
    public TestServerCertificate CreateExpired() =>
        Issue("expired", [], DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(-1));

    /// <summary>A sound certificate for another host.</summary>
    public TestServerCertificate CreateWrongName() => CreateServer("wrong-name", "elsewhere.example");

    public void Dispose() => _authority.Dispose();

    private TestServerCertificate Issue(string name, IReadOnlyCollection<string> hosts, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=EdgeCache test {name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(Names(hosts.Count > 0 ? hosts : ["localhost", "127.0.0.1", "::1"]));
        var serial = RandomNumberGenerator.GetBytes(12);
        serial[0] &= 0x7F;
        using var signed = request.Create(_authority, from, until, serial);
        using var withKey = signed.CopyWithPrivateKey(key);
        var certificateFile = Path.Combine(_folder, name + ".pem");
        var keyFile = Path.Combine(_folder, name + ".key");
        File.WriteAllText(certificateFile, withKey.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());

        // By way of PKCS #12: a key that is loaded with its certificate works with SslStream on every platform.
        var certificate = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        return new TestServerCertificate(certificate, certificateFile, keyFile);
    }

    private static X509Extension Names(IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }
}
