using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using EdgeCache.Transport.Kernel;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EdgeCache.Transport.Output;

/// <summary>
/// The connection's feature that <see cref="DirectOutputExtensions.UseDirectOutput"/> sets: the options, and the connection's transport where its output is
/// ours. Over TLS a connection has two of them, and the feature is the upper one. Lives as long as the connection.
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

    public static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, DirectListener listener)
    {
        var transport = connection.Transport;
        var below = connection.Features.Get<DirectConnection>();
        if (connection.Features.Get<IWatchedSocket>() is { } socket)
        {
            // HTTP/2 changes threads for each request anyway: begun inline, one would wake two.
            socket.IsReadInline = listener.Options.RequestsBeginInline && !IsHttp2(connection);
        }

        var output = TryCreateOutput(connection, below?._output, listener);
        var direct = new DirectConnection(transport, output, listener.Options);
        connection.Features.Set(direct);
        connection.Transport = output is null ? transport : direct;
        try
        {
            await next(connection);
        }
        finally
        {
            if (output is not null)
            {
                // What was written and not flushed still goes out, as with Kestrel's own pipe, which then ends the connection by its own rules.
                await output.EndAsync();
            }

            connection.Transport = transport;
            connection.Features.Set(below);
        }
    }

    /// <summary>
    /// The output to which a range of this response can be handed; null where bytes must be framed (HTTP/2) or seen by another middleware on their way, be it
    /// of the connection or of the response's body.
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

    private static bool IsHttp2(ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span) == true;

    /// <param name="below">The connection's output below its TLS.</param>
    private static DirectOutput? TryCreateOutput(ConnectionContext connection, DirectOutput? below, DirectListener listener)
    {
        if (connection.Features.Get<ITlsConnectionFeature>() is not null)
        {
            return below is not null && connection.Features.Get<ISslStreamFeature>()?.SslStream is { } stream
                ? DirectOutput.ToTls(stream, below, listener)
                : null;
        }

        if (!LinuxSocket.IsSupported
            || connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { SocketType: SocketType.Stream } socket
            || connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool is not { } pool
            || !LinuxSocket.IsNonBlocking(socket))
        {
            return null;
        }

        return DirectOutput.ToSocket(connection, socket, pool, listener);
    }
}
