using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace EdgeCache.Hosting;

/// <summary>
/// Kestrel's socket transport a second time, for where the process's sockets complete inline: there a request also begins on the thread that waited for its
/// socket, but for HTTP/2 (<see cref="Transport.DirectOutputExtensions.UseDirectOutput"/>). Kestrel asks the transports in the reverse order of their
/// registration. Owned by the node's services.
/// </summary>
internal sealed class InlineTransport(IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(
        Options.Create(new SocketTransportOptions
        {
            UnsafePreferInlineScheduling = true,
            WaitForDataBeforeAllocatingBuffer = options.Value.WaitForDataBeforeAllocatingBuffer,
        }),
        loggers);

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint && SocketCompletions.AreInline;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        _sockets.BindAsync(endpoint, cancellationToken);
}
