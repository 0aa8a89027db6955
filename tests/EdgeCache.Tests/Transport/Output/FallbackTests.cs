using System.Net;
using EdgeCache.Testing;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace EdgeCache.Tests.Transport.Output;

/// <summary>Where a range cannot be handed to the socket, it is copied, and the caller does not know.</summary>
public abstract class FallbackTests : IDisposable
{
    private readonly ServerTransport _transport;
    private readonly SampleFile _file = new(2_500_000);
    private readonly TempFolder _folder = new();
    private readonly TestCertificates _certificates;

    protected FallbackTests(ServerTransport transport)
    {
        _transport = transport;
        _certificates = new TestCertificates(_folder.Path);
    }

    [Theory]
    [InlineData(1, true, false)]
    [InlineData(1, false, true)]
    [InlineData(2, true, false)]
    [InlineData(2, false, true)]
    [InlineData(2, true, true)]
    public async Task Tls_BodyIsExact(int httpVersion, bool outputBelow, bool outputAbove)
    {
        await AssertCopiedAsync("https", httpVersion, listen =>
        {
            listen = outputBelow ? listen.UseDirectOutput() : listen;
            listen.UseHttps(_certificates.Server.Certificate);
            listen = outputAbove ? listen.UseDirectOutput() : listen;
            listen.Protocols = HttpProtocols.Http1AndHttp2;
        });
    }

    [Fact]
    public async Task PlaintextHttp2_BodyIsExact()
    {
        await AssertCopiedAsync("http", 2, listen =>
        {
            listen.UseDirectOutput();
            listen.Protocols = HttpProtocols.Http2;
        });
    }

    [Fact]
    public async Task ListenerWithoutTheOutput_BodyIsExact() => await AssertCopiedAsync("http", 1, _ => { });

    [Fact]
    public async Task ClientTakesNothing_IsAbortedAtTheStallLimit()
    {
        var clock = new FakeTimeProvider();
        var result = new TaskCompletionSource<FileSendResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var large = new SampleFile(24_000_000);
        await using var server = await DirectServer.StartAsync(_transport,
            async context =>
            {
                context.Response.ContentLength = null;
                await context.Response.StartAsync();
                result.SetResult(await context.Response.SendFileRangeAsync(large.Handle, 0, large.Bytes.Length));
            },
            isTls: false, new DirectOutputOptions { Clock = clock });
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadHeadAsync();
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            return result.Task.IsCompleted;
        });
        Assert.NotEqual(FileSendOutcome.Sent, (await result.Task).Outcome);
        await Eventually.TrueAsync(() => server.OpenConnections == 0);
    }

    public void Dispose()
    {
        _certificates.Dispose();
        _folder.Dispose();
        _file.Dispose();
    }

    private async Task AssertCopiedAsync(string scheme, int httpVersion, Action<ListenOptions> listen)
    {
        await using var server = await DirectServer.StartAsync(_transport,
            async context => Assert.Equal(new FileSendResult(FileSendOutcome.Sent, 2_000_000), await context.Response.SendFileRangeAsync(_file.Handle, 100, 2_000_000)),
            listen);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } })
        {
            DefaultRequestVersion = new Version(httpVersion, httpVersion == 1 ? 1 : 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var uri = new UriBuilder(server.Uri) { Scheme = scheme }.Uri;
        for (var round = 0; round < 3; round++)
        {
            using var response = await client.GetAsync(uri);
            Assert.Equal(httpVersion, response.Version.Major);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(2_000_000, response.Content.Headers.ContentLength);
            Assert.True((await response.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(_file.Bytes.AsSpan(100, 2_000_000)));
        }

        Assert.Equal(0, server.DirectRequests);
    }

    public sealed class OnSockets() : FallbackTests(ServerTransport.Sockets);

    public sealed class OnEpoll() : FallbackTests(ServerTransport.Epoll);
}
