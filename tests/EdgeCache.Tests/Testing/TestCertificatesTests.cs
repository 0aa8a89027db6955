using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeCache.Demo;
using EdgeCache.Testing;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class TestCertificatesTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestCertificates _certificates;

    public TestCertificatesTests() => _certificates = new TestCertificates(_folder.Path);

    public void Dispose()
    {
        _certificates.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task SoundCertificate_IsTrustedThroughTheAuthority()
    {
        await GetAsync(_certificates.Server);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", await File.ReadAllTextAsync(_certificates.Server.CertificateFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredOrWrongName_IsRefused()
    {
        await AssertRefusedAsync(_certificates.CreateExpired());
        await AssertRefusedAsync(_certificates.CreateWrongName());
    }

    private async Task AssertRefusedAsync(TestServerCertificate certificate)
    {
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(certificate));
        Assert.IsType<AuthenticationException>(error.InnerException);
    }

    private async Task GetAsync(TestServerCertificate certificate)
    {
        await using var origin = await FakeOrigin.StartAsync(
            new FakeOriginOptions { Certificate = certificate.Certificate }, SampleImages.CreateMultiArch("library/hello", 1));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(_certificates.CaFile));
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
        await client.GetByteArrayAsync(new Uri(origin.Url, "/v2/library/hello/manifests/latest"));
    }
}
