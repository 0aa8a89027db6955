using System.Net;
using System.Net.Sockets;
using EdgeCache.Transport.Epoll;
using EdgeCache.Transport.Kernel;
using Xunit;

namespace EdgeCache.Tests.Transport.Kernel;

public class UnsentLimitTests
{
    private const int LimitBytes = 128 << 10;

    /// <summary>More than that: what the peer's window takes, and one piece that was begun below the limit.</summary>
    private const int MostBytes = 1 << 20;

    [Theory]
    [InlineData(192, 256)]
    [InlineData(1024, 1024)]
    [InlineData(16 * 1024, 4096)]
    public void Limit_GoesByTheMemory(int memoryMiB, int limitKiB) => Assert.Equal(limitKiB << 10, EpollTransport.MaxUnsentBytes((long)memoryMiB << 20));

    [Fact]
    public async Task AcceptedSocket_TakesLittleForAPeerThatReadsNothing()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        LinuxSocket.LimitUnsent(listener, LimitBytes);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4 << 10 };
        await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint!); // It is bound.
        using var accepted = await listener.AcceptAsync();
        accepted.Blocking = false;

        var piece = new byte[64 << 10];
        var sent = 0;
        for (var error = SocketError.Success; error == SocketError.Success && sent < 2 * MostBytes;)
        {
            sent += accepted.Send(piece, SocketFlags.None, out error);
        }

        Assert.InRange(sent, LimitBytes, MostBytes);
    }
}
