using System.Security.Cryptography.X509Certificates;
using EdgeCache.Configuration;
using EdgeCache.FunctionalTests.Edge;
using EdgeCache.Testing;
using EdgeCache.Testing.Edge;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.FunctionalTests.Protocol;

/// <summary>TLS on both sides of the node.</summary>
public sealed class TlsTests : EdgeTests, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Sample _sample = Sample.Create("team/app", Sample.LargeBytes, Sample.SmallBytes);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task HttpsListener_ServesPulls(string version)
    {
        using var certificates = new TestCertificates(_folder.Path);
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Node = node => node with
            {
                Listen = [ListenAddress.Parse("https://127.0.0.1:0")],
                Certificate = certificates.Server.CertificateFile,
                CertificateKey = certificates.Server.KeyFile,
            },
        });
        using var authority = X509CertificateLoader.LoadCertificateFromFile(certificates.CaFile);
        using var client = new EdgeClient(edge.Pull, authority) { Version = Version.Parse(version) };

        (await client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
        await edge.SettleAsync();
        var part = await client.GetAsync(_sample.BlobPath(0), ("Range", "bytes=5-14"));
        Assert.Equal(206, part.Status);
        Assert.True(_sample.Layers[0].Bytes.AsSpan(5, 10).SequenceEqual(part.Body));
        (await client.SendAsync(HttpMethod.Delete, _sample.TagPath())).AssertFails(405, "UNSUPPORTED");

        edge.Origin.Faults.Add(When.AnyBlob, Fault.FlipLastByte);
        var small = await client.GetAsync(_sample.BlobPath(1));
        small.AssertFails(502, "UNKNOWN");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task BrokenFill_TearsTheStreamOverTls(string version)
    {
        using var certificates = new TestCertificates(_folder.Path);
        var edge = await StartAsync(new EdgeSetup
        {
            Repositories = [_sample.Repository],
            Node = node => node with
            {
                Listen = [ListenAddress.Parse("https://127.0.0.1:0")],
                Certificate = certificates.Server.CertificateFile,
                CertificateKey = certificates.Server.KeyFile,
            },
        });
        using var authority = X509CertificateLoader.LoadCertificateFromFile(certificates.CaFile);
        using var client = new EdgeClient(edge.Pull, authority) { Version = Version.Parse(version) };
        edge.Origin.Faults.Add(When.AnyBlob, Fault.FlipLastByte with { IsChunked = true });

        var answer = await client.GetAsync(_sample.BlobPath(0));

        // A fill that fails before the node has sent a byte is a clean failure.
        Assert.True(answer.IsTorn || answer.Status == 502, $"{answer.Status}");
        (await client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);
    }

    [Fact]
    public async Task HttpsUpstream_IsTrustedByItsCaFile_AndNotWithout()
    {
        using var certificates = new TestCertificates(_folder.Path);
        var trusted = await StartAsync(SetupOf(certificates.Server.Certificate, certificates.CaFile));
        (await trusted.Client.GetAsync(_sample.TagPath())).AssertIs(_sample.Image.Bytes);
        (await trusted.Client.GetAsync(_sample.BlobPath(0))).AssertIs(_sample.Layers[0].Bytes);

        var untrusted = await StartAsync(SetupOf(certificates.Server.Certificate, null));
        (await untrusted.Client.GetAsync(_sample.TagPath())).AssertFails(503, "UNKNOWN");
        Assert.Empty(untrusted.Origin.Log.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HttpsUpstreamWithABadCertificate_IsNotAsked(bool isExpired)
    {
        using var certificates = new TestCertificates(_folder.Path);
        var bad = isExpired ? certificates.CreateExpired() : certificates.CreateWrongName();
        var edge = await StartAsync(SetupOf(bad.Certificate, certificates.CaFile));

        (await edge.Client.GetAsync(_sample.TagPath())).AssertFails(503, "UNKNOWN");

        Assert.Empty(edge.Origin.Log.Requests);
    }

    private EdgeSetup SetupOf(X509Certificate2 certificate, string? caFile) => new()
    {
        Repositories = [_sample.Repository],
        Origin = new FakeOriginOptions { Certificate = certificate },
        Upstream = upstream => upstream with { CaFile = caFile },
    };
}
