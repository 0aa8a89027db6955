using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using EdgeCache.Transport.Kernel;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace EdgeCache.Transport.Epoll;

/// <summary>
/// One accepted connection: its socket, which it owns, and both ways of it. The loop calls <see cref="OnEvents"/>; everything else is Kestrel's.
/// </summary>
internal sealed class EpollConnection : DefaultConnectionContext, IConnectionSocketFeature, IMemoryPoolFeature, IWatchedSocket, IDuplexPipe
{
    /// <summary>What a peer may have sent that nobody read: as much as Kestrel's own transport buffers.</summary>
    private const int MaxUnreadBytes = 1 << 20;

    private readonly CancellationTokenSource _closed = new();
    private readonly EpollLoop _loop;
    private readonly SocketInput _input;
    private readonly EpollTransport _transport;
    private DirectOutput? _output;
    private int _isClosed;

    public EpollConnection(Socket socket, EpollLoop loop, EpollTransport transport)
    {
        Socket = socket;
        _loop = loop;
        _transport = transport;
        _input = new SocketInput(socket.SafeHandle, transport.Pool);
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        Transport = this;
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
        Features.Set<IWatchedSocket>(this);
    }

    public Socket Socket { get; }

    public MemoryPool<byte> MemoryPool => _transport.Pool;

    public WritableSignal Writable { get; } = new();

    /// <summary>The key under which the loop knows it.</summary>
    public ulong Slot { get; set; }

    public PipeReader Input => _input;

    /// <summary>Only for a listener without an output of its own.</summary>
    public PipeWriter Output => _output ??= DirectOutput.ToSocket(this, Socket, MemoryPool, _transport.Listener);

    public bool IsReadInline
    {
        set => _input.IsInline = value;
    }

    /// <param name="sendsInline">Whether what waits for a writable socket is sent within this call, else on the pool.</param>
    public void OnEvents(EpollEvents events, bool sendsInline)
    {
        const EpollEvents Ended = EpollEvents.PeerClosed | EpollEvents.HungUp | EpollEvents.Failed;
        if ((events & (EpollEvents.Writable | Ended)) != 0)
        {
            Writable.Set(sendsInline);
        }

        // First what came before the end: a peer that closes its side may still wait for the answer, and a small one is sent here.
        if ((events & (EpollEvents.Readable | Ended)) != 0)
        {
            _input.OnReadable(isPeerDone: (events & Ended) != 0);
        }

        if ((events & Ended) != 0)
        {
            FireClosed();
        }
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        // With a reset: what was cut short must not look like an end.
        Socket.Close(timeout: 0);
        _input.Close();
        Writable.Close();
        FireClosed();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_output is not null)
        {
            await _output.EndAsync();
        }

        var isFirst = _loop.Remove(this);
        _input.Complete();
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
            // The kernel resets a connection that is closed with bytes unread, and the peer may lose the end of its answer.
            LinuxSocket.Discard(Socket.SafeHandle, MaxUnreadBytes);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The peer or Abort was first.
        }

        Socket.Dispose();
        _input.Close();
        Writable.Close();
        FireClosed();
        if (isFirst)
        {
            _transport.Room.Release();
        }

        await base.DisposeAsync();
    }

    /// <summary>Tells whoever serves the connection, on the pool.</summary>
    private void FireClosed()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.CancelClosed(), this, preferLocal: false);
        }
    }

    private void CancelClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (AggregateException exception)
        {
            _transport.Log.CallbackFailed(ConnectionId, exception);
        }
    }
}
