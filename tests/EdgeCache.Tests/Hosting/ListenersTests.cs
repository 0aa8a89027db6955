using System.Net;
using EdgeCache.Configuration;
using EdgeCache.Hosting;
using EdgeCache.Testing;
using EdgeCache.Transport.Epoll;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace EdgeCache.Tests.Hosting;

/// <summary>Which listeners have their connections from our transport: plaintext ones for pulls.</summary>
public sealed class ListenersTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task FreePorts_OneOfThemWithTls_ThePlaintextOneIsOurs()
    {
        using var certificates = new TestCertificates(_folder.Path);
        await using var node = await StartAsync(TestNode.Options with
        {
            Listen = [ListenAddress.Parse("https://127.0.0.1:0"), ListenAddress.Parse("http://127.0.0.1:0"), ListenAddress.Parse("http://localhost:0")],
            Certificate = certificates.Server.CertificateFile,
            CertificateKey = certificates.Server.KeyFile,
        });

        Assert.Equal("stock", await AnswerAsync(node.Node.PullAddresses[0]));
        Assert.Equal("ours", await AnswerAsync(node.Node.PullAddresses[1]));
        Assert.Equal("ours", await AnswerAsync(node.Node.PullAddresses[2]));
        Assert.StartsWith("HTTP/1.1 200", await RawHttpClient.GetAsync(node.Admin, "/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryAddress_IsOurs()
    {
        await using var node = await StartAsync(TestNode.Options with { Listen = [ListenAddress.Parse("http://*:0")] });
        Assert.Equal("ours", await AnswerAsync(new UriBuilder(node.Pull) { Host = "127.0.0.1" }.Uri));
    }

    [Fact]
    public async Task SwitchedOff_NothingIsOurs()
    {
        await using var node = await StartAsync(TestNode.Options with { InlineCompletions = false });
        Assert.Equal("stock", await AnswerAsync(node.Pull));
    }

    [Theory]
    [InlineData("http://localhost:5000", "127.0.0.1", 5000, true)]
    [InlineData("http://localhost:5000", "::1", 5000, true)]
    [InlineData("http://*:5000", "0.0.0.0", 5000, true)]
    [InlineData("http://*:5000", "::", 5000, true)]
    [InlineData("http://127.0.0.1:5000", "127.0.0.1", 5001, false)]
    [InlineData("http://127.0.0.1:0", "127.0.0.1", 0, false)]
    public void EndPointsThatKestrelMakesOfAName_AreKnownByTheirPort(string listen, string address, int port, bool isInline)
    {
        var options = TestNode.Options with { Listen = [ListenAddress.Parse(listen)] };
        Assert.Equal(isInline, Configured(options).AreInline(new IPEndPoint(IPAddress.Parse(address), port)));
    }

    [Fact]
    public void PortSharedWithAnotherListener_IsNotKnownByIt()
    {
        var options = TestNode.Options with
        {
            Listen = [ListenAddress.Parse("http://127.0.0.1:5000")],
            Admin = new AdminOptions { Listen = [ListenAddress.Parse("http://127.0.0.2:5000")] },
        };
        Assert.False(Configured(options).AreInline(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 5000)));
    }

    public void Dispose() => _folder.Dispose();

    private static Listeners Configured(EdgeCacheOptions options)
    {
        var listeners = new Listeners(options, certificate: null, TimeProvider.System);
        listeners.Configure(new KestrelServerOptions());
        return listeners;
    }

    private static Task<TestNode> StartAsync(EdgeCacheOptions options) =>
        TestNode.StartAsync(context => context.Response.WriteAsync(context.Features.Get<EpollConnection>() is null ? "stock" : "ours"), options);

    private static async Task<string> AnswerAsync(Uri address)
    {
        var answer = await RawHttpClient.GetAsync(address, "/v2/");
        return answer.Contains("ours", StringComparison.Ordinal) ? "ours" : answer.Contains("stock", StringComparison.Ordinal) ? "stock" : answer;
    }
}
