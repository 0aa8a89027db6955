using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeCache.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.Tests.Hosting;

public sealed class CertificateSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ChangedFiles_AreServedToNewConnections_AndBadOnesAreNot()
    {
        var time = new GatedTime();
        var first = WritePair();
        var options = TestNode.Options with
        {
            Listen = [ListenAddress.Parse("https://127.0.0.1:0")],
            Certificate = Path.Combine(_folder.Path, "tls.crt"),
            CertificateKey = Path.Combine(_folder.Path, "tls.key"),
        };
        await using var node = await TestNode.StartAsync(context => EdgeNodeTests.Status(context, 200), options, services => services.AddSingleton<TimeProvider>(time));
        Assert.Equal((first, HttpVersion.Version20), await ConnectAsync(node.Pull));

        var second = WritePair();
        await time.FireAsync(CertificateSource.ReloadInterval);
        Assert.Equal(second, (await ConnectAsync(node.Pull)).Thumbprint);

        _folder.Write("tls.key", "half writ");
        await time.FireAsync(CertificateSource.ReloadInterval);
        Assert.Equal(second, (await ConnectAsync(node.Pull)).Thumbprint);

        var third = WritePair();
        await time.FireAsync(CertificateSource.ReloadInterval);
        Assert.Equal(third, (await ConnectAsync(node.Pull)).Thumbprint);
    }

    [Fact]
    public void KeyOfAnotherCertificate_DoesNotLoad()
    {
        WritePair();
        File.Move(Path.Combine(_folder.Path, "tls.crt"), Path.Combine(_folder.Path, "old.crt"));
        WritePair();

        var loaded = CertificateSource.TryLoad(Path.Combine(_folder.Path, "old.crt"), Path.Combine(_folder.Path, "tls.key"));

        Assert.Null(loaded.Context);
        Assert.NotNull(loaded.Problem);
    }

    private static async Task<(string Thumbprint, Version Version)> ConnectAsync(Uri address)
    {
        var thumbprint = string.Empty;
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            thumbprint = certificate!.GetCertHashString(); // A server always shows one.
            return true;
        };
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, Timeout = TimeSpan.FromSeconds(30) };
        using var answer = await client.GetAsync(address);
        return (thumbprint, answer.Version);
    }

    /// <summary>Writes a new certificate with its key; the thumbprint is returned.</summary>
    private string WritePair()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=edge.example", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _folder.Write("tls.crt", certificate.ExportCertificatePem());
        _folder.Write("tls.key", key.ExportPkcs8PrivateKeyPem());
        return certificate.Thumbprint;
    }
}
