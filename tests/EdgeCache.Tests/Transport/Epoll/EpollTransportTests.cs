using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Testing;
using EdgeCache.Transport;
using EdgeCache.Transport.Epoll;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeCache.Tests.Transport.Epoll;

/// <summary>Kestrel over our transport: how requests arrive, and how connections end. What leaves is DirectOutputTests' and its siblings' matter.</summary>
public sealed class EpollTransportTests
{
    private const string Request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    private const string LastRequest = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    private const int ProtocolTcp = 6;
    private const int Cork = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

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

    [Fact]
    public async Task HandlerThatIgnoresTheEnd_OutlivesTheTransport()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = await StartAsync(async context =>
        {
            started.SetResult();
            await gate.Task;
            await EchoAsync(context);
        });
        await using var client = await ConnectAsync(server);
        await client.SendAsync(Request);
        await started.Task.WaitAsync(Limit);
        await server.StopAsync(new CancellationToken(canceled: true));
        await server.DisposeAsync();
        gate.SetResult();
        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task DisposedOnItsOwnThread_DoesNotWaitForItself()
    {
        var disposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        DirectServer? server = null;
        await using var started = server = await StartAsync(async context =>
        {
            if (!Thread.CurrentThread.IsThreadPoolThread)
            {
                server!.Epoll!.Dispose(); // Both are set before a client can connect.
                disposed.TrySetResult();
            }

            await EchoAsync(context);
        });
        await using var client = await ConnectAsync(server);
        await Eventually.TrueAsync(async () =>
        {
            await client.SendAsync(Request);
            Assert.Equal("/", await ReadTextAsync(client));
            return disposed.Task.IsCompleted;
        });
    }

    [Fact]
    public async Task ThousandsOfConnections_LeaveNothingBehind()
    {
        await using var server = await StartAsync(EchoAsync);
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (index, _) =>
        {
            await using var client = await ConnectAsync(server);
            await client.SendAsync(Request);
            Assert.Equal("/", await ReadTextAsync(client));
            switch (index % 5)
            {
                case 0:
                    await client.SendAsync("GET / HTTP/1.1\r\nHost");
                    break;
                case 1:
                    await client.SendAsync("GET / HTTP/1.1\r\nno header\r\n\r\nand more");
                    break;
                case 2:
                    client.Reset();
                    break;
                case 3:
                    await client.SendAsync($"{LastRequest}{Request}");
                    Assert.Equal("/", await ReadTextAsync(client));
                    break;
                default:
                    client.ShutdownSend();
                    Assert.Empty(await client.ReadToEndAsync());
                    break;
            }
        });
        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task IdleConnections_HoldNoBlocks()
    {
        await using var server = await StartAsync(EchoAsync);
        var clients = new List<RawHttpClient>();
        for (var index = 0; index < 50; index++)
        {
            clients.Add(await ConnectAsync(server));
            await clients[index].SendAsync(Request);
            Assert.Equal("/", await ReadTextAsync(clients[index]));
        }

        Assert.Equal(50, server.Epoll!.Connections); // The transport of this server.
        await Eventually.TrueAsync(() => server.Pool.Rented == 0);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

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

    [Fact]
    public async Task SeveralListeners_AllServe()
    {
        await using var server = await DirectServer.StartAsync(ServerTransport.Epoll, EchoAsync, listeners: 3);
        Assert.Equal(3, server.Uris.Select(uri => uri.Port).Distinct().Count());
        foreach (var uri in server.Uris)
        {
            Assert.EndsWith("\r\n\r\n/", await RawHttpClient.ExchangeAsync(uri, LastRequest, Limit), StringComparison.Ordinal);
        }

        await AssertNothingIsHeldAsync(server);
    }

    [Fact]
    public async Task BusyPort_IsAddressInUse()
    {
        using var pool = new CountingMemoryPool();
        using var transport = new EpollTransport(pool, NullLogger<EpollTransport>.Instance);
        await using var first = await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        await Assert.ThrowsAsync<AddressInUseException>(async () => await transport.BindAsync(first.EndPoint));
        await first.UnbindAsync();
        Assert.Null(await first.AcceptAsync());
        await using var second = await transport.BindAsync(first.EndPoint);
        Assert.Equal(first.EndPoint, second.EndPoint);
    }

    [Fact]
    public async Task Unbind_EndsAWaitingAccept()
    {
        using var pool = new CountingMemoryPool();
        using var transport = new EpollTransport(pool, NullLogger<EpollTransport>.Instance);
        await using var listener = await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        var accepting = listener.AcceptAsync();
        Assert.False(accepting.IsCompleted);
        await listener.UnbindAsync();
        Assert.Null(await accepting.AsTask().WaitAsync(Limit));
    }

    [Fact]
    public void IpEndPoints_CanBeBound()
    {
        using var pool = new CountingMemoryPool();
        using var transport = new EpollTransport(pool, NullLogger<EpollTransport>.Instance);
        Assert.True(transport.CanBind(new IPEndPoint(IPAddress.IPv6Any, 0)));
        Assert.False(transport.CanBind(new UnixDomainSocketEndPoint("socket")));
        transport.Dispose();
    }

    private static Task<DirectServer> StartAsync(RequestDelegate handler) =>
        DirectServer.StartAsync(ServerTransport.Epoll, handler, isTls: false, new DirectOutputOptions { RequestsBeginInline = true });

    private static Task<RawHttpClient> ConnectAsync(DirectServer server) => RawHttpClient.ConnectAsync(server.Uri, Limit);

    private static async Task<Socket> ConnectSocketAsync(DirectServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(server.Uri.Authority));
        return socket;
    }

    private static Task EchoAsync(HttpContext context) => WriteAsync(context, context.Request.Path);

    private static async Task WriteAsync(HttpContext context, string text)
    {
        context.Response.ContentLength = text.Length;
        await context.Response.WriteAsync(text);
    }

    private static async Task<string> ReadTextAsync(RawHttpClient client)
    {
        var head = await client.ReadHeadAsync();
        var length = head.Split("Content-Length: ")[1].Split("\r\n")[0];
        return Encoding.ASCII.GetString(await client.ReadExactlyAsync(int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(Limit);
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, deadline.Token));
    }

    /// <summary>Until the server's FIN.</summary>
    /// <exception cref="SocketException">It was a reset.</exception>
    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var all = new StringBuilder();
        while (await ReceiveAsync(socket) is { Length: > 0 } text)
        {
            all.Append(text);
        }

        return all.ToString();
    }

    private static async Task AssertNothingIsHeldAsync(DirectServer server)
    {
        var transport = server.Epoll!; // The transport of this server.
        await Eventually.TrueAsync(() => server.OpenConnections == 0 && transport.Connections == 0);
        await Eventually.TrueAsync(() => server.Pool.Rented == 0);
    }
}
