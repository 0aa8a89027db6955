using EdgeCache.Configuration;
using EdgeCache.Testing;
using Xunit;

namespace EdgeCache.Tests.Configuration;

public sealed class CertificatePairTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestCertificates _certificates;

    public CertificatePairTests() => _certificates = new TestCertificates(_folder.Path);

    public void Dispose()
    {
        _certificates.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void KeyOfTheCertificate_Loads()
    {
        var pair = CertificatePair.Read(_certificates.Server.CertificateFile, _certificates.Server.KeyFile);

        Assert.Equal(_certificates.Server.Certificate.Thumbprint, pair.Context?.TargetCertificate.Thumbprint);
        Assert.Null(pair.Problem);
    }

    [Fact]
    public void KeyOfAnotherCertificate_DoesNotLoad() =>
        AssertDoesNotLoad(CertificatePair.Read(_certificates.Server.CertificateFile, _certificates.CreateServer("other").KeyFile));

    [Fact]
    public void MissingKey_DoesNotLoad() =>
        AssertDoesNotLoad(CertificatePair.Read(_certificates.Server.CertificateFile, _folder.Combine("none.key")));

    private static void AssertDoesNotLoad(CertificatePair pair)
    {
        Assert.Null(pair.Context);
        Assert.NotNull(pair.Problem);
    }
}
