using System.Buffers;
using System.Text;
using EdgeCache.Testing;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeCache.Tests.Transport.Output;

/// <summary>What Kestrel does for every response it still does with our output in place of its own.</summary>
public abstract class DirectOutputTests(ServerTransport transport, bool isTls) : IDisposable
{
    private readonly SampleFile _file = new(300_000);

    [Fact]
    public async Task PipelinedRequests_MixedBodies_AreExactAndInOrder()
    {
        await using var server = await StartAsync(AnswerAsync);
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        string[] paths = ["/file", "/text", "/chunked", "/head", "/file", "/none", "/file", "/text", "/chunked", "/file"];
        await client.SendAsync(string.Concat(paths.Select(path => $"{(path == "/head" ? "HEAD" : "GET")} {path} HTTP/1.1\r\nHost: x\r\n\r\n")));
        foreach (var path in paths)
        {
            await AssertAnswerAsync(client, path);
        }

        Assert.Equal(paths.Length, server.DirectRequests);
    }

    [Fact]
    public async Task ThousandsOfResponses_OneConnection_AreExact()
    {
        using var small = new SampleFile(37);
        await using var server = await StartAsync(async context => await context.Response.SendFileRangeAsync(small.Handle, 0, 37));
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        for (var round = 0; round < 60; round++)
        {
            await client.SendAsync(string.Concat(Enumerable.Repeat("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 50)));
            for (var index = 0; index < 50; index++)
            {
                await client.ReadHeadAsync();
                Assert.Equal(small.Bytes, await client.ReadExactlyAsync(37));
            }
        }

        Assert.Equal(3000, server.DirectRequests);
    }

    [Theory]
    [InlineData("/one-write", 9_000_000)]
    [InlineData("/one-write-chunked", 3_000_000)]
    [InlineData("/many-writes", 5_000_000)]
    [InlineData("/unflushed", 700_000)]
    public async Task LargeOrdinaryBody_IsExact(string path, int length)
    {
        var body = new byte[length];
        new Random(1).NextBytes(body);
        await using var server = await StartAsync(context => WriteAsync(context, body));
        using var client = DirectServer.CreateClient();
        for (var round = 0; round < 3; round++)
        {
            Assert.True((await client.GetByteArrayAsync(new Uri(server.Uri, path))).AsSpan().SequenceEqual(body.AsSpan()));
        }
    }

    [Fact]
    public async Task SlowReader_OrdinaryBody_IsExact()
    {
        var body = new byte[400_000];
        new Random(2).NextBytes(body);
        await using var server = await StartAsync(context => WriteAsync(context, body));
        using var client = await SlowClient.GetAsync(server.Uri, "/many-writes");
        await client.ReadHeadAsync();
        Assert.True((await client.ReadAsync(body.Length, 700)).AsSpan().SequenceEqual(body.AsSpan()));
    }

    [Fact]
    public async Task RequestBody_WithExpectContinue_IsReadAndAnswered()
    {
        await using var server = await StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            await context.Response.SendFileRangeAsync(_file.Handle, body.Length, 10);
        });
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        for (var round = 0; round < 2; round++)
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 100", await client.ReadHeadAsync(), StringComparison.Ordinal);
            await client.SendAsync("hello");
            Assert.StartsWith("HTTP/1.1 200", await client.ReadHeadAsync(), StringComparison.Ordinal);
            Assert.Equal(_file.Bytes[5..15], await client.ReadExactlyAsync(10));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1\r\nHost: x\r\nConnection: close")]
    [InlineData("HTTP/1.0")]
    public async Task LastResponse_IsWholeAndEndsTheConnection(string version)
    {
        await using var server = await StartAsync(AnswerAsync);
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        await client.SendAsync($"GET /file {version}\r\n\r\n");
        var head = await client.ReadHeadAsync();
        Assert.Contains("Connection: close", head, StringComparison.Ordinal);
        Assert.Equal(_file.Bytes[100..], await client.ReadToEndAsync());
        await Eventually.TrueAsync(() => server.OpenConnections == 0);
    }

    [Fact]
    public async Task WriteThatNobodyAwaits_IsSentBeforeTheConnectionEnds()
    {
        var body = new byte[8_000_000];
        new Random(3).NextBytes(body);
        await using var server = await StartAsync(context =>
        {
            context.Response.ContentLength = body.Length;
            context.Response.Headers.Connection = "close";
            Assert.False(context.Response.Body.WriteAsync(body).IsCompleted);
            return Task.CompletedTask;
        });
        using var client = await SlowClient.GetAsync(server.Uri);
        await client.ReadHeadAsync();
        Assert.True((await client.ReadAsync(body.Length + 1)).AsSpan().SequenceEqual(body));
        await Eventually.TrueAsync(() => server.OpenConnections == 0);
    }

    [Fact]
    public async Task BadRequest_IsAnsweredAndEndsTheConnection()
    {
        await using var server = await StartAsync(AnswerAsync);
        var answer = await RawHttpClient.ExchangeAsync(server.Uri, "GET / HTTP/1.1\r\nno header\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _file.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task<DirectServer> StartAsync(RequestDelegate handler, DirectOutputOptions? options = null) => DirectServer.StartAsync(transport, handler, isTls, options);

    private async Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/text":
                await response.WriteAsync("some text");
                break;
            case "/chunked":
                await response.StartAsync();
                await response.SendFileRangeAsync(_file.Handle, 0, 1000);
                await response.SendFileRangeAsync(_file.Handle, 1000, 4000);
                break;
            case "/none":
                response.StatusCode = StatusCodes.Status304NotModified;
                await response.SendFileRangeAsync(_file.Handle, 100, _file.Bytes.Length - 100);
                break;
            default:
                await response.SendFileRangeAsync(_file.Handle, 100, _file.Bytes.Length - 100);
                break;
        }
    }

    private async Task AssertAnswerAsync(RawHttpClient client, string path)
    {
        var head = await client.ReadHeadAsync();
        Assert.StartsWith(path == "/none" ? "HTTP/1.1 304" : "HTTP/1.1 200", head, StringComparison.Ordinal);
        switch (path)
        {
            case "/text":
                await client.ReadExactlyAsync("9\r\n".Length);
                Assert.Equal("some text", Encoding.ASCII.GetString(await client.ReadExactlyAsync(9)));
                await client.ReadExactlyAsync("\r\n0\r\n\r\n".Length);
                break;
            case "/chunked":
                Assert.Contains("Transfer-Encoding: chunked", head, StringComparison.Ordinal);
                Assert.Equal("3e8\r\n", Encoding.ASCII.GetString(await client.ReadExactlyAsync(5)));
                Assert.Equal(_file.Bytes[..1000], await client.ReadExactlyAsync(1000));
                Assert.Equal("\r\nfa0\r\n", Encoding.ASCII.GetString(await client.ReadExactlyAsync(7)));
                Assert.Equal(_file.Bytes[1000..5000], await client.ReadExactlyAsync(4000));
                Assert.Equal("\r\n0\r\n\r\n", Encoding.ASCII.GetString(await client.ReadExactlyAsync(7)));
                break;
            case "/file":
                Assert.Equal(_file.Bytes[100..], await client.ReadExactlyAsync(_file.Bytes.Length - 100));
                break;
            case "/head":
                Assert.Contains($"Content-Length: {_file.Bytes.Length - 100}", head, StringComparison.Ordinal);
                break;
        }
    }

    private static async Task WriteAsync(HttpContext context, byte[] body)
    {
        var response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/one-write":
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(body);
                break;
            case "/one-write-chunked":
                await response.Body.WriteAsync(body);
                break;
            case "/unflushed":
                response.ContentLength = body.Length;
                await response.StartAsync();
                response.BodyWriter.Write(body);
                break;
            default:
                response.ContentLength = body.Length;
                foreach (var chunk in body.Chunk(20_011))
                {
                    await response.Body.WriteAsync(chunk);
                }

                break;
        }
    }

    public sealed class OnSockets() : DirectOutputTests(ServerTransport.Sockets, isTls: false);

    public sealed class OnSocketsOverTls() : DirectOutputTests(ServerTransport.Sockets, isTls: true);

    public sealed class OnEpoll() : DirectOutputTests(ServerTransport.Epoll, isTls: false);

    public sealed class OnEpollOverTls() : DirectOutputTests(ServerTransport.Epoll, isTls: true);
}
