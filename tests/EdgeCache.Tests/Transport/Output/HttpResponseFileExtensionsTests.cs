using System.Threading.Channels;
using EdgeCache.Testing;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Xunit;

namespace EdgeCache.Tests.Transport.Output;

public abstract class HttpResponseFileExtensionsTests(ServerTransport transport, bool isTls) : IDisposable
{
    private readonly SampleFile _file = new(3_000_000);

    [Theory]
    [InlineData(0, 3_000_000)]
    [InlineData(0, 1)]
    [InlineData(2_999_999, 1)]
    [InlineData(1_234_567, 1_000_001)]
    [InlineData(17, 0)]
    public async Task Range_IsExactAndTheConnectionLives(int offset, int length)
    {
        await using var server = await StartAsync(offset, length);
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        for (var round = 0; round < 3; round++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Contains($"Content-Length: {length}\r\n", await client.ReadHeadAsync(), StringComparison.Ordinal);
            Assert.True((await client.ReadExactlyAsync(length)).AsSpan().SequenceEqual(_file.Bytes.AsSpan(offset, length)));
        }
    }

    [Theory]
    [InlineData("HEAD", 200, true)]
    [InlineData("HEAD", 206, true)]
    [InlineData("GET", 204, false)]
    [InlineData("GET", 304, false)]
    public async Task ResponseWithoutBody_NextResponseIsClean(string method, int status, bool hasLength)
    {
        await using var server = await StartAsync(async context =>
        {
            context.Response.StatusCode = context.Request.Path == "/next" ? 200 : status;
            Assert.Equal(FileSendOutcome.Sent, (await context.Response.SendFileRangeAsync(_file.Handle, 5, 1000)).Outcome);
        });
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        await client.SendAsync($"{method} / HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
        var head = await client.ReadHeadAsync();
        Assert.Contains($" {status} ", head, StringComparison.Ordinal);
        Assert.Equal(hasLength, head.Contains("Content-Length: 1000", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 200", await client.ReadHeadAsync(), StringComparison.Ordinal);
        Assert.Equal(_file.Bytes[5..1005], await client.ReadExactlyAsync(1000));
    }

    [Fact]
    public async Task SeveralRangesAndBytes_InOneBody_AreExact()
    {
        await using var server = await StartAsync(async context =>
        {
            context.Response.ContentLength = 3 + 1_000_000 + 4 + 500;
            await context.Response.Body.WriteAsync("abc"u8.ToArray());
            await context.Response.SendFileRangeAsync(_file.Handle, 1_000_000, 1_000_000);
            await context.Response.Body.WriteAsync("defg"u8.ToArray());
            await context.Response.SendFileRangeAsync(_file.Handle, 0, 500);
        });
        using var client = DirectServer.CreateClient();
        byte[] expected = [.. "abc"u8, .. _file.Bytes.AsSpan(1_000_000, 1_000_000), .. "defg"u8, .. _file.Bytes.AsSpan(0, 500)];
        Assert.True((await client.GetByteArrayAsync(server.Uri)).AsSpan().SequenceEqual(expected.AsSpan()));
    }

    [Fact]
    public async Task GrowingFile_EachRangeThatExists_IsSent()
    {
        using var folder = new TempFolder();
        var path = folder.Combine("growing");
        using var writer = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        using var reader = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await using var server = await StartAsync(async context =>
        {
            context.Response.ContentLength = _file.Bytes.Length;
            for (var offset = 0; offset < _file.Bytes.Length; offset += 100_000)
            {
                RandomAccess.Write(writer, _file.Bytes.AsSpan(offset, 100_000), offset);
                await context.Response.SendFileRangeAsync(reader, offset, 100_000);
            }
        });
        using var client = DirectServer.CreateClient();
        Assert.True((await client.GetByteArrayAsync(server.Uri)).AsSpan().SequenceEqual(_file.Bytes.AsSpan()));
        Assert.Equal(1, server.DirectRequests);
    }

    [Theory]
    [InlineData(true, 2_000_000)]
    [InlineData(true, 1000)]
    [InlineData(false, 2_000_000)]
    public async Task FileShorterThanItsEntry_AbortsTheConnection(bool direct, int lengthBytes)
    {
        var offset = _file.Bytes.Length - (lengthBytes / 2);
        var result = new TaskCompletionSource<FileSendResult>();
        await using var server = await StartAnyAsync(
            async context => result.SetResult(await context.Response.SendFileRangeAsync(_file.Handle, offset, lengthBytes)),
            direct);
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.True((await client.ReadToEndAsync()).Length < (lengthBytes / 2) + 300);
        Assert.Equal(new FileSendResult(FileSendOutcome.FileTooShort, lengthBytes / 2), await result.Task);
        await Eventually.TrueAsync(() => server.OpenConnections == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FileClosed_AbortsTheConnection(bool direct)
    {
        var result = new TaskCompletionSource<FileSendResult>();
        var closed = File.OpenHandle(_file.Path);
        closed.Dispose();
        await using var server = await StartAnyAsync(
            async context => result.SetResult(await context.Response.SendFileRangeAsync(closed, 0, 1000)), direct);
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.ReadToEndAsync();
        Assert.Equal(new FileSendResult(FileSendOutcome.FileFailed, 0), await result.Task);
    }

    [Fact]
    public async Task RangeBeyondContentLength_ThrowsAndAborts()
    {
        var thrown = new TaskCompletionSource<Exception?>();
        await using var server = await StartAsync(async context =>
        {
            context.Response.ContentLength = 10;
            thrown.SetResult(await Record.ExceptionAsync(async () => await context.Response.SendFileRangeAsync(_file.Handle, 0, 11)));
        });
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.True((await client.ReadToEndAsync()).Length < 200);
        Assert.IsType<InvalidOperationException>(await thrown.Task);
    }

    [Fact]
    public async Task SecondRange_WhileOneIsPending_IsRefusedAndAborts()
    {
        var thrown = new TaskCompletionSource<Exception?>();
        using var large = new SampleFile(30_000_000);
        await using var server = await StartAsync(async context =>
        {
            context.Response.ContentLength = 60_000_000;
            var first = context.Response.SendFileRangeAsync(large.Handle, 0, 30_000_000);
            Assert.False(first.IsCompleted);
            thrown.SetResult(await Record.ExceptionAsync(async () => await context.Response.SendFileRangeAsync(large.Handle, 0, 30_000_000)));
            Assert.NotEqual(FileSendOutcome.Sent, (await first).Outcome);
        });
        using var client = await SlowClient.GetAsync(server.Uri);
        Assert.IsType<InvalidOperationException>(await thrown.Task);
        Assert.True((await client.ReadAsync(60_000_000)).Length < 30_000_000);
        await Eventually.TrueAsync(() => server.OpenConnections == 0);
    }

    [Fact]
    public async Task BodyReplacedByAMiddleware_GetsTheBytes()
    {
        var seen = new MemoryStream();
        await using var server = await StartAsync(async context =>
        {
            var body = context.Response.Body;
            context.Response.Body = seen;
            await context.Response.SendFileRangeAsync(_file.Handle, 0, 200_000);
            context.Response.Body = body;
            await body.WriteAsync(seen.ToArray());
        });
        using var client = DirectServer.CreateClient();
        Assert.Equal(_file.Bytes[..200_000], await client.GetByteArrayAsync(server.Uri));
        Assert.Equal(200_000, seen.Length);
    }

    [Fact]
    public async Task MinimumDataRate_IsOffForTheseResponsesOnly()
    {
        var rates = Channel.CreateUnbounded<bool>();
        await using var server = await StartAsync(async context =>
        {
            var rate = context.Features.Get<IHttpMinResponseDataRateFeature>()!; // Kestrel's HTTP/1 has it.
            rates.Writer.TryWrite(rate.MinDataRate is not null);
            await context.Response.SendFileRangeAsync(_file.Handle, 0, 10);
            rates.Writer.TryWrite(rate.MinDataRate is not null);
        });
        await using var client = await RawHttpClient.ConnectAsync(server.Uri);
        for (var round = 0; round < 2; round++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            await client.ReadHeadAsync();
            await client.ReadExactlyAsync(10);
            Assert.True(await rates.Reader.ReadAsync());
            Assert.False(await rates.Reader.ReadAsync());
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task<DirectServer> StartAsync(RequestDelegate handler, DirectOutputOptions? options = null) => DirectServer.StartAsync(transport, handler, isTls, options);

    private Task<DirectServer> StartAnyAsync(RequestDelegate handler, bool direct) => direct ? StartAsync(handler) : DirectServer.StartAsync(transport, handler, _ => { });

    private Task<DirectServer> StartAsync(int offset, int length) => StartAsync(async context =>
        Assert.Equal(new FileSendResult(FileSendOutcome.Sent, length), await context.Response.SendFileRangeAsync(_file.Handle, offset, length)));

    public sealed class OnSockets() : HttpResponseFileExtensionsTests(ServerTransport.Sockets, isTls: false);

    public sealed class OnSocketsOverTls() : HttpResponseFileExtensionsTests(ServerTransport.Sockets, isTls: true);

    public sealed class OnEpoll() : HttpResponseFileExtensionsTests(ServerTransport.Epoll, isTls: false);

    public sealed class OnEpollOverTls() : HttpResponseFileExtensionsTests(ServerTransport.Epoll, isTls: true);
}
