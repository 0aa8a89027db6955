using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EdgeCache.Testing;

/// <summary>
/// One connection on which a test writes the very bytes it means and reads the very bytes of the answer: for targets, headers and framing
/// that an HTTP client would refuse or repair. Not thread-safe. Every wait is limited.
/// </summary>
public sealed class RawHttpClient : IAsyncDisposable
{
    private const int MaxAnswerBytes = 64 * 1024 * 1024;
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly TimeSpan _timeout;
    private readonly List<byte> _pending = [];

    private RawHttpClient(Socket socket, Stream stream, TimeSpan timeout)
    {
        _socket = socket;
        _stream = stream;
        _timeout = timeout;
    }

    /// <param name="server">http or https; a certificate is not checked.</param>
    /// <param name="timeout">The longest wait for the next bytes; 10 s unless told otherwise.</param>
    public static async Task<RawHttpClient> ConnectAsync(Uri server, TimeSpan? timeout = null)
    {
        var limit = timeout ?? TimeSpan.FromSeconds(10);
        var address = IPAddress.Parse(server.Host.Trim('[', ']'));
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var deadline = new CancellationTokenSource(limit);
        await socket.ConnectAsync(address, server.Port, deadline.Token);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (server.Scheme == Uri.UriSchemeHttps)
        {
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = server.Host, RemoteCertificateValidationCallback = (_, _, _, _) => true }, deadline.Token);
            stream = secured;
        }

        return new RawHttpClient(socket, stream, limit);
    }

    /// <summary>One request on a connection of its own; the answer until the server closes it, so send <c>Connection: close</c>.</summary>
    /// <param name="request">Text in Latin-1 with <c>\r\n</c> line ends.</param>
    public static async Task<string> ExchangeAsync(Uri server, string request, TimeSpan? timeout = null)
    {
        await using var client = await ConnectAsync(server, timeout);
        await client.SendAsync(request);
        return Encoding.Latin1.GetString(await client.ReadToEndAsync());
    }

    /// <summary>GET of a raw target on a connection of its own.</summary>
    public static Task<string> GetAsync(Uri server, string rawTarget, string headers = "") =>
        ExchangeAsync(server, $"GET {rawTarget} HTTP/1.1\r\nHost: {server.Authority}\r\n{headers}Connection: close\r\n\r\n");

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(_timeout);
        await _stream.WriteAsync(bytes, deadline.Token);
        await _stream.FlushAsync(deadline.Token);
    }

    /// <summary>Ends the sending side (FIN); answers can still be read.</summary>
    public void ShutdownSend() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Everything until the server ends the connection, by FIN or by reset.</summary>
    /// <exception cref="TimeoutException">The server neither sends nor ends.</exception>
    public async Task<byte[]> ReadToEndAsync()
    {
        while (await FillAsync())
        {
        }

        byte[] all = [.. _pending];
        _pending.Clear();
        return all;
    }

    /// <summary>One head, up to and with the empty line; what was read beyond it stays for the next call.</summary>
    /// <exception cref="EndOfStreamException">The connection ended before.</exception>
    public async Task<string> ReadHeadAsync()
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. _pending]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                _pending.RemoveRange(0, end + 4);
                return text[..(end + 4)];
            }

            if (!await FillAsync())
            {
                throw new EndOfStreamException($"The connection ended after '{text}'.");
            }
        }
    }

    /// <summary>Exactly that many bytes.</summary>
    /// <exception cref="EndOfStreamException">The connection ended before.</exception>
    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        while (_pending.Count < count)
        {
            if (!await FillAsync())
            {
                throw new EndOfStreamException($"The connection ended after {_pending.Count} of {count} bytes.");
            }
        }

        byte[] bytes = [.. _pending[..count]];
        _pending.RemoveRange(0, count);
        return bytes;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task<bool> FillAsync()
    {
        if (_pending.Count > MaxAnswerBytes)
        {
            throw new InvalidOperationException($"The answer is longer than {MaxAnswerBytes} bytes.");
        }

        var buffer = new byte[16 * 1024];
        using var deadline = new CancellationTokenSource(_timeout);
        try
        {
            var count = await _stream.ReadAsync(buffer, deadline.Token);
            _pending.AddRange(buffer.AsSpan(0, count));
            return count > 0;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No bytes within {_timeout}; so far: '{Encoding.Latin1.GetString([.. _pending])}'.");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
