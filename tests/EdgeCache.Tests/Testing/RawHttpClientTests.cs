using EdgeCache.Demo;
using EdgeCache.Testing;
using EdgeCache.Testing.Origin;
using Xunit;

namespace EdgeCache.Tests.Testing;

public sealed class RawHttpClientTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private TestCertificates _certificates = null!;
    private FakeOrigin _origin = null!;

    public async Task InitializeAsync()
    {
        _certificates = new TestCertificates(_folder.Path);
        _origin = await FakeOrigin.StartAsync(
            new FakeOriginOptions { Certificate = _certificates.Server.Certificate }, SampleImages.CreateMultiArch("library/hello", 1));
    }

    public async Task DisposeAsync()
    {
        await _origin.DisposeAsync();
        _certificates.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task RawTarget_ArrivesAsItWasWritten()
    {
        var answer = await RawHttpClient.GetAsync(_origin.Url, "/v2/..%2f%2e%2e/etc/passwd?ns=%00", "X-Test: one\r\n");

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
        var request = _origin.Log.Requests.Single();
        Assert.Equal("/v2/..%2f%2e%2e/etc/passwd", request.Path);
        Assert.Equal("?ns=%00", request.Query);
        Assert.Equal("one", request.Header("X-Test"));
    }

    [Fact]
    public async Task TwoRequestsInOneWrite_GiveTwoHeads()
    {
        await using var client = await RawHttpClient.ConnectAsync(_origin.Url);

        await client.SendAsync("HEAD /v2/ HTTP/1.1\r\nHost: x\r\n\r\nHEAD /none HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", await client.ReadHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RawAnswerOverTls_ComesByteForByte()
    {
        _origin.Faults.Add(When.AnyManifest, new Fault { RawAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"u8.ToArray() });
        await using var client = await RawHttpClient.ConnectAsync(_origin.Url);

        await client.SendAsync("GET /v2/library/hello/manifests/latest HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n", await client.ReadHeadAsync());
        Assert.Equal("abc"u8.ToArray(), await client.ReadExactlyAsync(3));
    }
}
