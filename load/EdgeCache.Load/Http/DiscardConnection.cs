using System.Net;
using System.Net.Sockets;

namespace EdgeCache.Load.Http;

/// <summary>
/// One keep-alive connection over plain HTTP/1.1 whose bodies are copied out of the kernel and forgotten, as any client copies them, or dropped there, which costs
/// little however large they are. Never blocks after it is connected: one thread drives many, with a <see cref="Poller"/>. Not thread-safe.
/// </summary>
internal sealed class DiscardConnection : IDisposable
{
    /// <summary>A head, and with it a small body in the same read.</summary>
    private const int BufferBytes = 16 << 10;

    /// <summary>Of one read: no connection keeps the thread from the others for longer.</summary>
    private const int MaxDiscardBytes = 4 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly byte[]? _sink;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _filled;
    private bool _isInBody;
    private long _bodyLeft;

    private DiscardConnection(Socket socket, byte[]? sink)
    {
        _socket = socket;
        _sink = sink;
    }

    /// <summary>The last answer's; default before its end has come.</summary>
    public ResponseHead Head { get; private set; }

    /// <summary>Bytes of the answer's body so far.</summary>
    public long BodyBytes => _isInBody ? Head.BodyBytes - _bodyLeft : 0;

    /// <param name="sink">Where bodies are copied to, shared by all connections of a thread; null drops them in the kernel.</param>
    public static async Task<DiscardConnection> ConnectAsync(Uri registry, byte[]? sink, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(registry.Host), registry.Port), deadline.Token);
            return new DiscardConnection(socket, sink);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <param name="index">What the poller calls it.</param>
    public void WatchBy(Poller poller, int index) => poller.Watch(_socket.SafeHandle, index);

    /// <summary>Sends a request; the answer before it must be whole.</summary>
    /// <exception cref="SocketException">The connection is gone.</exception>
    public void Send(byte[] request)
    {
        (Head, _isInBody, _bodyLeft) = (default, false, 0);
        LinuxCalls.Send(_socket.SafeHandle, request);
    }

    /// <summary>Reads once, at most so many bytes of the body.</summary>
    /// <param name="readBytes">How many bytes of the body came.</param>
    /// <exception cref="InvalidDataException">No HTTP/1.1 response, a head longer than the buffer, or a body without Content-Length.</exception>
    /// <exception cref="EndOfStreamException">The connection ended within the answer.</exception>
    /// <exception cref="SocketException">The connection failed.</exception>
    public ReadStep Read(out int readBytes, int maxBodyBytes = MaxDiscardBytes)
    {
        readBytes = 0;
        if (!_isInBody)
        {
            return ReadHead(out readBytes);
        }

        var maxBytes = (int)Math.Min(_bodyLeft, maxBodyBytes);
        var count = _sink is null
            ? LinuxCalls.Discard(_socket.SafeHandle, maxBytes)
            : LinuxCalls.Receive(_socket.SafeHandle, _sink.AsSpan(0, Math.Min(maxBytes, _sink.Length)));
        if (count <= 0)
        {
            return count < 0 ? ReadStep.Nothing : throw new EndOfStreamException("The connection ended within a body.");
        }

        readBytes = count;
        _bodyLeft -= count;
        return _bodyLeft == 0 ? ReadStep.Whole : ReadStep.Further;
    }

    public void Dispose() => _socket.Dispose();

    private ReadStep ReadHead(out int readBytes)
    {
        readBytes = 0;
        var count = LinuxCalls.Receive(_socket.SafeHandle, _buffer.AsSpan(_filled));
        if (count <= 0)
        {
            return count < 0 ? ReadStep.Nothing : throw new EndOfStreamException("The connection ended within a head.");
        }

        _filled += count;
        var end = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return _filled < BufferBytes ? ReadStep.Further : throw new InvalidDataException($"The answer's head is longer than {BufferBytes} bytes.");
        }

        if (!ResponseHead.TryParse(_buffer.AsSpan(0, end), out var head) || head.BodyBytes < _filled - end - 4)
        {
            throw new InvalidDataException("The answer is no HTTP/1.1 response with a Content-Length, or longer than it says.");
        }

        (Head, _isInBody) = (head, true);
        readBytes = _filled - end - 4;
        _bodyLeft = head.BodyBytes - readBytes;
        _filled = 0;
        return _bodyLeft == 0 ? ReadStep.Whole : ReadStep.Further;
    }
}
