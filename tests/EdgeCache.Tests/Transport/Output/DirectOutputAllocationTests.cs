using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Transport.Output;
using Xunit;

namespace EdgeCache.Tests.Transport.Output;

/// <summary>Counts the process's allocations, hence alone.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DirectOutputAllocationTests : IDisposable
{
    public const string Name = "Allocations";

    private const int Requests = 4000;

    private readonly SampleFile _file = new(20_000);

    [Theory]
    [InlineData(ServerTransport.Sockets)]
    [InlineData(ServerTransport.Epoll)]
    public async Task FileRange_AllocatesNoMoreThanAnEmptyResponse(ServerTransport transport)
    {
        await using var server = await DirectServer.StartAsync(transport, async context =>
        {
            if (context.Request.Path == "/file")
            {
                await context.Response.SendFileRangeAsync(_file.Handle, 0, 20_000);
            }
            else
            {
                context.Response.ContentLength = 0;
                await context.Response.StartAsync();
            }
        });
        var plain = Measure(server, "/none", 0);
        var file = Measure(server, "/file", 20_000);

        // In a Debug build the state machines of async methods are objects (344 bytes here); in a Release build the difference is nothing.
        Assert.True(file - plain < 500, $"{file} and {plain} bytes a response.");
    }

    public void Dispose() => _file.Dispose();

    private static long Measure(DirectServer server, string path, int bodyBytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, server.Uri.Port);
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        var buffer = new byte[64 << 10];
        var head = 0;
        Exchange(1000);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Exchange(Requests);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / Requests;

        void Exchange(int count)
        {
            for (var index = 0; index < count; index++)
            {
                socket.Send(request);
                var got = 0;
                while (got == 0 || got < head + bodyBytes)
                {
                    got += socket.Receive(buffer.AsSpan(got));
                    head = head == 0 ? buffer.AsSpan(0, got).IndexOf("\r\n\r\n"u8) + 4 : head;
                }
            }
        }
    }
}
