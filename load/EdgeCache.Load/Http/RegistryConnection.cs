using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EdgeCache.Load.Http;

/// <summary>
/// One keep-alive connection to a registry over HTTP/1.1, plain or with TLS (any certificate: it may be the driver's own), as light as a client can
/// be: one buffer, no allocation a request, bodies handed out in pieces and kept by nobody. Used by one caller at a time; disposing it from elsewhere ends what is under way with an exception.
/// </summary>
internal sealed class RegistryConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly SslStream? _tls;
    private readonly byte[] _buffer;
    private int _start;
    private int _end;
    private long _bodyLeft;
    private ReadOnlyMemory<byte> _head;

    private RegistryConnection(Uri registry, Socket socket, SslStream? tls, int bufferBytes)
    {
        (Registry, _socket, _tls) = (registry, socket, tls);
        _buffer = new byte[bufferBytes];
    }

    /// <param name="bufferBytes">The most that one read takes, and the longest head.</param>
    public static async Task<RegistryConnection> ConnectAsync(Uri registry, int bufferBytes, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(registry.Host, registry.Port, cancellationToken);
            return new RegistryConnection(registry, socket, registry.Scheme == Uri.UriSchemeHttps ? await EncryptAsync(socket, registry, cancellationToken) : null, bufferBytes);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A client's TLS to a server of this run, whose certificate nobody else knows.</summary>
    public static SslClientAuthenticationOptions AnyCertificate(string host) => new()
    {
        TargetHost = host,
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
    };

    /// <summary>The bytes of a GET, made once and sent many times.</summary>
    /// <param name="furtherHeaders">Header lines, each with its end.</param>
    public static byte[] CreateGet(Uri registry, string path, string? accept = null, string furtherHeaders = "") =>
        CreateRequest(registry, "GET", path, accept, furtherHeaders);

    /// <summary>The bytes of a request without a body.</summary>
    /// <param name="furtherHeaders">Header lines, each with its end.</param>
    public static byte[] CreateRequest(Uri registry, string method, string path, string? accept = null, string furtherHeaders = "") => Encoding.ASCII.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: {registry.Authority}\r\nUser-Agent: edgecache-load\r\n"
        + $"{(accept is null ? string.Empty : $"Accept: {accept}\r\n")}{furtherHeaders}\r\n");

    /// <summary>Where it leads.</summary>
    public Uri Registry { get; }

    /// <summary>The last response's head up to and without its empty line, valid until the next call; empty where that got none.</summary>
    public ReadOnlySpan<byte> Head => _head.Span;

    /// <summary>Whether the last response's body has been read, so that another request may be sent.</summary>
    public bool IsIdle => _bodyLeft == 0 && _start == _end;

    /// <summary>Sends a request and reads the response's head. The body of the response before it must have been read.</summary>
    /// <param name="isHead">Whether the request is a HEAD: its answer has a length and no body.</param>
    /// <exception cref="InvalidDataException">No HTTP/1.1 response, a head longer than the buffer, or a body without Content-Length.</exception>
    /// <exception cref="EndOfStreamException">The connection ended within the head.</exception>
    public async ValueTask<ResponseHead> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken, bool isHead = false)
    {
        _head = default;
        await (_tls is null ? SendPlainAsync(request, cancellationToken) : _tls.WriteAsync(request, cancellationToken));
        int length;
        while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync(cancellationToken);
        }

        if (!ResponseHead.TryParse(_buffer.AsSpan(_start, length), out var head) || (head.BodyBytes < 0 && !isHead))
        {
            throw new InvalidDataException("The answer is no HTTP/1.1 response with a Content-Length.");
        }

        _head = _buffer.AsMemory(_start, length);
        _start += length + 4;
        _bodyLeft = isHead ? 0 : head.BodyBytes;
        return head;
    }

    /// <summary>The body's next piece, valid until the next call; empty at the body's end.</summary>
    /// <exception cref="EndOfStreamException">The connection ended within the body.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        if (_bodyLeft == 0)
        {
            return default;
        }

        if (_start == _end)
        {
            await FillAsync(cancellationToken);
        }

        var piece = _buffer.AsMemory(_start, (int)Math.Min(_end - _start, _bodyLeft));
        _start += piece.Length;
        _bodyLeft -= piece.Length;
        return piece;
    }

    public void Dispose() => _socket.Dispose();

    private static async Task<SslStream> EncryptAsync(Socket socket, Uri registry, CancellationToken cancellationToken)
    {
        var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(AnyCertificate(registry.Host), cancellationToken);
        return tls;
    }

    private async ValueTask SendPlainAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken) =>
        await _socket.SendAsync(request, cancellationToken);

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            throw new InvalidDataException($"The answer's head is longer than {_buffer.Length} bytes.");
        }

        var free = _buffer.AsMemory(_end);
        var count = await (_tls is null ? _socket.ReceiveAsync(free, cancellationToken) : _tls.ReadAsync(free, cancellationToken));
        _end += count > 0 ? count : throw new EndOfStreamException("The connection ended within an answer.");
    }
}
