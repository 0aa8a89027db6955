using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace EdgeCache.Hosting;

/// <summary>
/// Kestrel's socket transport a second time, for plaintext listeners where the process's sockets complete inline: there a request also begins on the thread
/// that waited for its socket. Over TLS that would make HTTP/2 three times slower (load/README.md, "Settings"), so that those listeners keep the first one.
/// Kestrel asks the transports in the reverse order of their registration. Owned by the node's services.
/// </summary>
internal sealed class InlineTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly HashSet<int> _ports;
    private readonly SocketTransportFactory _sockets;

    public InlineTransport(Listeners listeners, IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    {
        // By port, since Kestrel makes several endpoints of one address such as localhost.
        var addresses = SocketCompletions.AreInline ? listeners.All.Select(listener => listener.Listen).ToList() : [];
        _ports = [.. addresses.Where(listen => !listen.IsHttps).Select(listen => listen.Port)];
        _ports.ExceptWith(addresses.Where(listen => listen.IsHttps).Select(listen => listen.Port));
        _sockets = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions
            {
                UnsafePreferInlineScheduling = true,
                WaitForDataBeforeAllocatingBuffer = options.Value.WaitForDataBeforeAllocatingBuffer,
            }),
            loggers);
    }

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint address && _ports.Contains(address.Port);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        _sockets.BindAsync(endpoint, cancellationToken);
}
