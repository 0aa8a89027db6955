using System.Text;
using EdgeCache.Configuration;
using EdgeCache.Testing;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeCache.Tests.Hosting;

/// <summary>Whose connections a node's listeners have, and on which threads their requests begin.</summary>
public sealed class ListenersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task FreePorts_WithAndWithoutTls_AreAllOurs()
    {
        using var certificates = new TestCertificates(_folder.Path);
        await using var node = await StartAsync(TestNode.Options with
        {
            Listen = [ListenAddress.Parse("https://127.0.0.1:0"), ListenAddress.Parse("http://127.0.0.1:0"), ListenAddress.Parse("http://localhost:0")],
            Certificate = certificates.Server.CertificateFile,
            CertificateKey = certificates.Server.KeyFile,
        });
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        });

        foreach (var address in node.Node.PullAddresses)
        {
            Assert.StartsWith("ours", await client.GetStringAsync(new Uri(address, "/v2/")), StringComparison.Ordinal);
        }

        Assert.StartsWith("HTTP/1.1 200", await RawHttpClient.GetAsync(node.Admin, "/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryAddress_IsOurs()
    {
        await using var node = await StartAsync(TestNode.Options with { Listen = [ListenAddress.Parse("http://*:0")] });
        Assert.Contains("ours", await RawHttpClient.GetAsync(new UriBuilder(node.Pull) { Host = "127.0.0.1" }.Uri, "/v2/"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "loop")]
    [InlineData(false, "pool")]
    public async Task InlineCompletions_SayWhereRequestsBegin(bool inline, string thread)
    {
        await using var node = await StartAsync(TestNode.Options with { InlineCompletions = inline });
        await using var client = await RawHttpClient.ConnectAsync(node.Pull);

        // The first requests of a connection may still be read on the pool.
        await Eventually.TrueAsync(async () =>
        {
            await client.SendAsync("GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n");
            await client.ReadHeadAsync();
            return Encoding.ASCII.GetString(await client.ReadExactlyAsync(10)) == $"ours, {thread}";
        });
    }

    public void Dispose() => _folder.Dispose();

    private static Task<TestNode> StartAsync(EdgeCacheOptions options) => TestNode.StartAsync(
        context =>
        {
            var text = $"{(context.Features.Get<IWatchedSocket>() is null ? "stock" : "ours")}, {(Thread.CurrentThread.IsThreadPoolThread ? "pool" : "loop")}";
            context.Response.ContentLength = text.Length;
            return context.Response.WriteAsync(text);
        },
        options);
}
