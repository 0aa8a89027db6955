using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeCache.Transport;

/// <summary>
/// The connection's feature that <see cref="DirectOutputExtensions.UseDirectOutput"/> sets: the options, and the connection's transport where its output is
/// ours. Lives as long as the connection.
/// </summary>
internal sealed class DirectConnection : IDuplexPipe
{
    private readonly DirectOutput? _output;
    private readonly IDuplexPipe _transport;

    private DirectConnection(IDuplexPipe transport, DirectOutput? output, DirectOutputOptions options)
    {
        _transport = transport;
        _output = output;
        Options = options;
    }

    public DirectOutputOptions Options { get; }

    public PipeReader Input => _transport.Input;

    public PipeWriter Output => _output ?? _transport.Output;

    public static async Task RunAsync(
        ConnectionContext connection, ConnectionDelegate next, DirectOutputOptions options, SendTurns turns, DiskThreads disk)
    {
        var transport = connection.Transport;
        var output = TryCreateOutput(connection, options, turns, disk);
        var direct = new DirectConnection(transport, output, options);
        connection.Features.Set(direct);
        if (output is null)
        {
            await next(connection);
            return;
        }

        connection.Transport = direct;
        try
        {
            await next(connection);
        }
        finally
        {
            // What was written and not flushed still goes out, as with Kestrel's own pipe, which then ends the connection by its own rules.
            await output.EndAsync();
            connection.Transport = transport;
        }
    }

    /// <summary>
    /// The output to which a range of this response can be handed; null where bytes must be framed (HTTP/2), encrypted or seen by another middleware on their
    /// way, be it of the connection or of the response's body.
    /// </summary>
    public DirectOutput? OutputFor(HttpContext context)
    {
        var features = context.Features;
        var isOurs = _output is not null
            && features.Get<IConnectionTransportFeature>()?.Transport == this
            && (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol))
            // In Kestrel one object is both; a middleware that replaces the body replaces the second.
            && ReferenceEquals(features.Get<IHttpResponseFeature>(), features.Get<IHttpResponseBodyFeature>());
        return isOurs ? _output : null;
    }

    private static DirectOutput? TryCreateOutput(ConnectionContext connection, DirectOutputOptions options, SendTurns turns, DiskThreads disk)
    {
        // TLS below us: what is written here is not what goes to the socket.
        if (!LinuxSocket.IsSupported
            || connection.Features.Get<ITlsConnectionFeature>() is not null
            || connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { SocketType: SocketType.Stream } socket
            || connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool is not { } pool
            || !LinuxSocket.IsNonBlocking(socket))
        {
            return null;
        }

        return new DirectOutput(connection, socket, pool, options, turns, disk);
    }
}
