using System.Net;
using EdgeCache.Configuration;
using EdgeCache.Hosting;
using EdgeCache.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EdgeCache.Tests.Hosting;

public sealed class CertificateSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TestCertificates _certificates;

    public CertificateSourceTests() => _certificates = new TestCertificates(_folder.Path);

    public void Dispose()
    {
        _certificates.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ChangedFiles_AreServedToNewConnections_AndBadOnesAreNot()
    {
        var time = new FakeTimeProvider();
        var first = WritePair();
        var options = TestNode.Options with
        {
            Listen = [ListenAddress.Parse("https://127.0.0.1:0")],
            Certificate = _folder.Combine("tls.pem"),
            CertificateKey = _folder.Combine("tls.key"),
        };
        await using var node = await TestNode.StartAsync(context => EdgeNodeTests.Status(context, 200), options, services => services.AddSingleton<TimeProvider>(time));
        Assert.Equal((first, HttpVersion.Version20), await ConnectAsync(node.Pull));

        var second = WritePair();
        time.Advance(CertificateSource.ReloadInterval);
        Assert.Equal(second, (await ConnectAsync(node.Pull)).Thumbprint);

        _folder.Write("tls.key", "half writ");
        time.Advance(CertificateSource.ReloadInterval);
        Assert.Equal(second, (await ConnectAsync(node.Pull)).Thumbprint);

        var third = WritePair();
        time.Advance(CertificateSource.ReloadInterval);
        Assert.Equal(third, (await ConnectAsync(node.Pull)).Thumbprint);
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
    private string WritePair() => _certificates.CreateServer("tls").Certificate.Thumbprint;
}
