using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Testing;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Http;

namespace EdgeCache.Tests.Transport.Epoll;

/// <summary>Kestrel over our transport with requests begun inline, and clients for it.</summary>
internal static class EpollServer
{
    public const string Request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    public const string LastRequest = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    public const int ProtocolTcp = 6;
    public const int Cork = 3;

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task<DirectServer> StartAsync(RequestDelegate handler) =>
        DirectServer.StartAsync(ServerTransport.Epoll, handler, isTls: false, new DirectOutputOptions { RequestsBeginInline = true });

    public static Task<RawHttpClient> ConnectAsync(DirectServer server) => RawHttpClient.ConnectAsync(server.Uri, Limit);

    public static async Task<Socket> ConnectSocketAsync(DirectServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(server.Uri.Authority));
        return socket;
    }

    public static Task EchoAsync(HttpContext context) => WriteAsync(context, context.Request.Path);

    public static async Task WriteAsync(HttpContext context, string text)
    {
        context.Response.ContentLength = text.Length;
        await context.Response.WriteAsync(text);
    }

    public static async Task<string> ReadTextAsync(RawHttpClient client)
    {
        var head = await client.ReadHeadAsync();
        var length = head.Split("Content-Length: ")[1].Split("\r\n")[0];
        return Encoding.ASCII.GetString(await client.ReadExactlyAsync(int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)));
    }

    public static async Task<string> ReceiveAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(Limit);
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, deadline.Token));
    }

    /// <summary>Until the server's FIN.</summary>
    /// <exception cref="SocketException">It was a reset.</exception>
    public static async Task<string> ReadToEndAsync(Socket socket)
    {
        var all = new StringBuilder();
        while (await ReceiveAsync(socket) is { Length: > 0 } text)
        {
            all.Append(text);
        }

        return all.ToString();
    }

    public static async Task AssertNothingIsHeldAsync(DirectServer server)
    {
        var transport = server.Epoll!; // The transport of this server.
        await Eventually.TrueAsync(() => server.OpenConnections == 0 && transport.Connections == 0);
        await Eventually.TrueAsync(() => server.Pool.Rented == 0);
    }
}
