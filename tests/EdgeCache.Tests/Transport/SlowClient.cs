using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EdgeCache.Tests.Transport;

/// <summary>A connection whose kernel buffers next to nothing, so that the server feels every pause of the reader.</summary>
internal sealed class SlowClient : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly Stream _stream;

    private SlowClient(Socket socket, Stream stream) => (_socket, _stream) = (socket, stream);

    /// <param name="receiveBufferBytes">The kernel doubles it, and has a least of its own (about 2 KiB).</param>
    public static async Task<SlowClient> GetAsync(Uri server, string path = "/", int receiveBufferBytes = 1)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = receiveBufferBytes };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        Stream stream = new NetworkStream(socket);
        if (server.Scheme == Uri.UriSchemeHttps)
        {
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true });
            stream = secured;
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        return new SlowClient(socket, stream);
    }

    /// <summary>The head, read byte by byte.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new List<byte>();
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            head.AddRange(await ReadAsync(1));
        }

        return Encoding.ASCII.GetString([.. head]);
    }

    /// <summary>So many bytes; fewer where the connection ends, by FIN or by reset.</summary>
    /// <param name="pieceBytes">The most to take at once.</param>
    public async Task<byte[]> ReadAsync(int count, int pieceBytes = 1 << 20)
    {
        using var deadline = new CancellationTokenSource(Limit);
        var bytes = new byte[count];
        var got = 0;
        while (got < count)
        {
            try
            {
                var read = await _stream.ReadAsync(bytes.AsMemory(got, Math.Min(pieceBytes, count - got)), deadline.Token);
                if (read == 0)
                {
                    break;
                }

                got += read;
            }
            catch (IOException)
            {
                break;
            }
        }

        return bytes[..got];
    }

    /// <summary>Closes with a reset.</summary>
    public void Reset() => _socket.Close(0);

    public void Dispose() => _socket.Dispose();
}
