using EdgeCache.Testing;
using Xunit;
using static EdgeCache.Tests.Transport.Epoll.EpollServer;

namespace EdgeCache.Tests.Transport.Epoll;

/// <summary>How requests arrive over our transport. What leaves is DirectOutputTests' and its siblings' matter.</summary>
public sealed class EpollRequestTests
{
    [Fact]
    public async Task RequestByteByByte_IsAnswered()
    {
        await using var server = await StartAsync(EchoAsync);
        await using var client = await ConnectAsync(server);
        for (var round = 0; round < 3; round++)
        {
            foreach (var one in $"GET /{round} HTTP/1.1\r\nHost: x\r\n\r\n")
            {
                await client.SendAsync(one.ToString());
            }

            Assert.Equal($"/{round}", await ReadTextAsync(client));
        }
    }

    [Fact]
    public async Task PipelinedRequests_InOnePiece_AreAnsweredInOrder()
    {
        await using var server = await StartAsync(EchoAsync);
        await using var client = await ConnectAsync(server);
        await client.SendAsync(string.Concat(Enumerable.Range(0, 500).Select(index => $"GET /{index} HTTP/1.1\r\nHost: x\r\n\r\n")));
        for (var index = 0; index < 500; index++)
        {
            Assert.Equal($"/{index}", await ReadTextAsync(client));
        }
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(31_000)]
    public async Task HeadersLargerThanABlock_AreRead(int length)
    {
        await using var server = await StartAsync(context => WriteAsync(context, context.Request.Headers["X-Long"].ToString()));
        await using var client = await ConnectAsync(server);
        for (var round = 0; round < 3; round++)
        {
            var text = string.Concat(Enumerable.Repeat($"{round}abcdefghi", length / 10));
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: x\r\nX-Long: {text}\r\n\r\n");
            Assert.Equal(text, await ReadTextAsync(client));
        }
    }

    [Fact]
    public async Task HeadersBeyondKestrelsLimit_AreRefused()
    {
        await using var server = await StartAsync(EchoAsync);
        var answer = await RawHttpClient.ExchangeAsync(server.Uri, $"GET / HTTP/1.1\r\nHost: x\r\nX-Long: {new string('x', 40_000)}\r\n\r\n", Limit);
        Assert.StartsWith("HTTP/1.1 431", answer, StringComparison.Ordinal);
        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task HandlerThatGoesToThePoolAndBack_AnswersEveryRequest()
    {
        var onLoop = 0;
        await using var server = await StartAsync(async context =>
        {
            Interlocked.Add(ref onLoop, Thread.CurrentThread.IsThreadPoolThread ? 0 : 1);
            await Task.Yield();
            Assert.True(Thread.CurrentThread.IsThreadPoolThread);
            await EchoAsync(context);
        });
        await using var client = await ConnectAsync(server);
        await Eventually.TrueAsync(async () =>
        {
            await client.SendAsync("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal("/a", await ReadTextAsync(client));
            Assert.Equal("/b", await ReadTextAsync(client));
            return Volatile.Read(ref onLoop) >= 10;
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RequestBodyThatTheHandlerLeaves_IsDrainedBeforeTheNextRequest(bool chunked)
    {
        await using var server = await StartAsync(EchoAsync);
        await using var client = await ConnectAsync(server);
        for (var round = 0; round < 3; round++)
        {
            await client.SendAsync($"POST /{round} HTTP/1.1\r\nHost: x\r\n{(chunked ? "Transfer-Encoding: chunked" : "Content-Length: 300000")}\r\n\r\n");
            if (chunked)
            {
                await client.SendAsync("493E0\r\n");
            }

            await client.SendAsync(new byte[300_000]);
            await client.SendAsync($"{(chunked ? "\r\n0\r\n\r\n" : string.Empty)}GET /next HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal($"/{round}", await ReadTextAsync(client));
            Assert.Equal("/next", await ReadTextAsync(client));
        }
    }

    [Fact]
    public async Task RequestBody_IsReadWhole()
    {
        var body = new byte[3_000_000];
        new Random(8).NextBytes(body);
        await using var server = await StartAsync(async context =>
        {
            using var read = new MemoryStream();
            await context.Request.Body.CopyToAsync(read);
            await WriteAsync(context, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(read.ToArray())));
        });
        await using var client = await ConnectAsync(server);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n");
        await client.SendAsync(body);
        Assert.Equal(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(body)), await ReadTextAsync(client));
    }

    [Fact]
    public async Task BodyReadThatNobodyAwaits_EndsTheConnectionOnly()
    {
        await using var server = await StartAsync(async context =>
        {
            _ = context.Request.BodyReader.ReadAsync().AsTask();
            await EchoAsync(context);
        });
        await using var client = await ConnectAsync(server);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
        await client.ReadToEndAsync();
        await AssertNothingIsHeldAsync(server);
        Assert.StartsWith("HTTP/1.1 200", await RawHttpClient.ExchangeAsync(server.Uri, LastRequest, Limit), StringComparison.Ordinal);
    }
}
