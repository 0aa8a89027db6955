using System.Net.Sockets;
using System.Text;
using EdgeCache.Testing;
using Xunit;
using static EdgeCache.Tests.Transport.Epoll.EpollServer;

namespace EdgeCache.Tests.Transport.Epoll;

/// <summary>How connections over our transport end.</summary>
public sealed class EpollConnectionEndTests
{
    [Fact]
    public async Task RequestAndFinTogether_AnswerIsWholeAndTheConnectionEnds()
    {
        await using var server = await StartAsync(context => WriteAsync(context, Thread.CurrentThread.IsThreadPoolThread ? "pool" : "loop"));
        using var socket = await ConnectSocketAsync(server);

        // The first requests of a connection may still be read on the pool.
        await Eventually.TrueAsync(async () =>
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(Request));
            return (await ReceiveAsync(socket)).EndsWith("loop", StringComparison.Ordinal);
        });
        socket.SetRawSocketOption(ProtocolTcp, Cork, BitConverter.GetBytes(1));
        await socket.SendAsync(Encoding.ASCII.GetBytes(Request));
        socket.Shutdown(SocketShutdown.Send);

        Assert.EndsWith("\r\n\r\nloop", await ReadToEndAsync(socket), StringComparison.Ordinal);
        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task Fin_OnAnIdleConnection_EndsIt()
    {
        await using var server = await StartAsync(EchoAsync);
        await using var client = await ConnectAsync(server);
        await client.SendAsync(Request);
        Assert.Equal("/", await ReadTextAsync(client));
        client.ShutdownSend();
        Assert.Empty(await client.ReadToEndAsync());
        await AssertNothingIsHeldAsync(server);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientLeavesDuringARequest_RequestIsAborted(bool reset)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async context =>
        {
            started.SetResult();
            await context.RequestAborted.WaitAsync();
            aborted.SetResult();
        });
        await using (var client = await ConnectAsync(server))
        {
            await client.SendAsync(Request);
            await started.Task.WaitAsync(Limit);
            if (reset)
            {
                client.Reset();
            }
        }

        await aborted.Task.WaitAsync(Limit);
        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task Abort_IsAReset()
    {
        await using var server = await StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var socket = await ConnectSocketAsync(server);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Request));
        var exception = await Assert.ThrowsAsync<SocketException>(() => ReadToEndAsync(socket));
        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task BytesThatNobodyReads_AnswerIsWholeAndEndsWithoutAReset()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async context =>
        {
            await gate.Task;
            await EchoAsync(context);
        });
        using var socket = await ConnectSocketAsync(server);
        await socket.SendAsync(Encoding.ASCII.GetBytes(LastRequest));
        await socket.SendAsync(new byte[50_000]);
        gate.SetResult();
        Assert.EndsWith("\r\n\r\n/", await ReadToEndAsync(socket), StringComparison.Ordinal);
        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task KeepAliveTimeout_EndsAnIdleConnection()
    {
        await using var server = await DirectServer.StartAsync(
            ServerTransport.Epoll, EchoAsync, kestrel: options => options.Limits.KeepAliveTimeout = TimeSpan.FromMilliseconds(500));
        await using var client = await ConnectAsync(server);
        await client.SendAsync(Request);
        Assert.Equal("/", await ReadTextAsync(client));
        Assert.Empty(await client.ReadToEndAsync());
        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task HeadersTimeout_IsAnsweredAndEndsTheConnection()
    {
        await using var server = await DirectServer.StartAsync(
            ServerTransport.Epoll, EchoAsync, kestrel: options => options.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(500));
        await using var client = await ConnectAsync(server);
        await client.SendAsync("GET / HTTP/1.1\r\nHost:");
        Assert.StartsWith("HTTP/1.1 408", Encoding.ASCII.GetString(await client.ReadToEndAsync()), StringComparison.Ordinal);
        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task Stop_IdleConnectionsEnd_AndARequestUnderWayIsAnswered()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await StartAsync(async context =>
        {
            if (context.Request.Path == "/waits")
            {
                started.SetResult();
                await gate.Task;
            }

            await EchoAsync(context);
        });
        await using var fresh = await ConnectAsync(server);
        await using var idle = await ConnectAsync(server);
        await idle.SendAsync(Request);
        Assert.Equal("/", await ReadTextAsync(idle));
        await using var busy = await ConnectAsync(server);
        await busy.SendAsync("GET /waits HTTP/1.1\r\nHost: x\r\n\r\n");
        await started.Task.WaitAsync(Limit);

        var stopping = server.StopAsync();
        Assert.Empty(await fresh.ReadToEndAsync());
        Assert.Empty(await idle.ReadToEndAsync());
        Assert.False(stopping.IsCompleted);
        gate.SetResult();
        Assert.Equal("/waits", await ReadTextAsync(busy));
        Assert.Empty(await busy.ReadToEndAsync());
        await stopping.WaitAsync(Limit);
        await AssertNothingIsHeldAsync(server);
        await Assert.ThrowsAsync<SocketException>(() => ConnectSocketAsync(server));
    }
}
