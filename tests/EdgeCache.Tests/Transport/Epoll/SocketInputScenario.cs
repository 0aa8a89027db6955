using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Transport.Epoll;
using EdgeCache.Transport.Kernel;
using Xunit;

namespace EdgeCache.Tests.Transport.Epoll;

/// <summary>An input above one end of a pair of sockets. The test is the loop: it says when the socket has become readable.</summary>
public abstract class SocketInputScenario : IDisposable
{
    private protected SocketPair Pair { get; } = new();
    private protected CountingMemoryPool Pool { get; } = new();
    private protected SocketInput Input { get; }

    private protected SocketInputScenario()
    {
        LinuxSocket.MakeNonBlocking(Pair.Server.SafeHandle);
        Input = new SocketInput(Pair.Server.SafeHandle, Pool) { IsInline = true };
    }

    public void Dispose()
    {
        Pair.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Without the test's own scheduler.</summary>
    protected static void OnCompleted(ValueTask<ReadResult> read, Action action) => read.ConfigureAwait(false).GetAwaiter().OnCompleted(action);

    protected static void AssertText(string expected, ReadResult result) => Assert.Equal(expected, Encoding.ASCII.GetString(result.Buffer));

    protected void Advance(ReadResult result, int consumed, int examined) =>
        Input.AdvanceTo(result.Buffer.GetPosition(consumed), result.Buffer.GetPosition(examined));

    /// <summary>To an empty socket; it has bytes when this returns.</summary>
    protected void Send(string text)
    {
        Pair.Client.Send(Encoding.ASCII.GetBytes(text));
        Assert.True(Pair.Server.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead));
    }
}
