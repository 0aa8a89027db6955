using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EdgeCache.Testing;
using EdgeCache.Transport.Epoll;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static EdgeCache.Tests.Transport.Epoll.EpollServer;

namespace EdgeCache.Tests.Transport.Epoll;

/// <summary>Listeners and loops of our transport, and what many connections leave behind.</summary>
public sealed class EpollTransportTests
{
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
    public async Task NoMoreConnectionsThanThereMayBe_AndTheNextWhenOneHasGone()
    {
        const int Most = 3;
        var seen = new ConcurrentBag<int>();
        DirectServer? server = null;
        await using var started = server = await DirectServer.StartAsync(
            ServerTransport.Epoll,
            context =>
            {
                seen.Add(server!.Epoll!.Connections); // Both are set before a client can connect.
                return EchoAsync(context);
            },
            maxConnections: Most);
        var clients = new List<RawHttpClient>();
        for (var index = 0; index < Most; index++)
        {
            clients.Add(await ConnectAsync(server));
            await clients[index].SendAsync(Request);
            Assert.Equal("/", await ReadTextAsync(clients[index]));
        }

        await Task.WhenAll(Enumerable.Range(0, 40).Select(async index =>
        {
            if (index < Most)
            {
                await clients[index].DisposeAsync();
                return;
            }

            await using var client = await ConnectAsync(server);
            await client.SendAsync(LastRequest);
            Assert.Equal("/", await ReadTextAsync(client));
        }));

        Assert.Equal(40, seen.Count);
        Assert.InRange(seen.Max(), 1, Most);
        await AssertNothingIsHeldAsync(server);
        await Eventually.TrueAsync(() => server.Epoll!.Room.CurrentCount == Most); // Given back just after the connection is gone.
    }

    [Fact]
    public async Task Unbind_EndsAnAcceptThatWaitsForRoom()
    {
        using var pool = new CountingMemoryPool();
        using var transport = new EpollTransport(pool, NullLogger<EpollTransport>.Instance, maxConnections: 1);
        await using var listener = await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        using var first = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var second = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(listener.EndPoint);
        await using var connection = await listener.AcceptAsync();
        await second.ConnectAsync(listener.EndPoint);
        var accepting = listener.AcceptAsync().AsTask();
        Assert.False(accepting.IsCompleted);
        await listener.UnbindAsync();
        Assert.Null(await accepting.WaitAsync(Limit));
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
}
