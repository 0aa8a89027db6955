using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace EdgeCache.Transport.Epoll;

/// <summary>
/// Accepts connections and gives each to a loop; where the transport has no room, it keeps one until there is and accepts no other. Owned by Kestrel.
/// </summary>
internal sealed class EpollListener(Socket socket, EpollTransport transport) : IConnectionListener
{
    /// <summary>How long it waits after a failure, such as too many open files, before it accepts again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _unbound = new();

    public EndPoint EndPoint { get; } = socket.LocalEndPoint ?? throw new ArgumentException("A bound socket is needed.", nameof(socket));

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_unbound.IsCancellationRequested)
        {
            Socket? accepted = null;
            try
            {
                accepted = await socket.AcceptAsync(cancellationToken);
                await EnterAsync(cancellationToken);
                return Open(accepted);
            }
            catch (OperationCanceledException)
            {
                accepted?.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (Exception exception) when (exception is SocketException or Win32Exception or ObjectDisposedException)
            {
                accepted?.Dispose();
                if (!_unbound.IsCancellationRequested && !IsOfClient(exception, accepted))
                {
                    await PauseAsync(exception, cancellationToken);
                }
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _unbound.Cancel();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    /// <summary>Whether the client left before its turn; that must not cost others theirs.</summary>
    private static bool IsOfClient(Exception exception, Socket? accepted) =>
        exception is SocketException { SocketErrorCode: var error } && (accepted is not null || error is SocketError.ConnectionReset or SocketError.ConnectionAborted);

    /// <summary>Waits for the end of a connection where there are as many as there may be.</summary>
    private async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        if (!transport.Room.Wait(TimeSpan.Zero, CancellationToken.None))
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
            await transport.Room.WaitAsync(ended.Token);
        }
    }

    private EpollConnection Open(Socket accepted)
    {
        try
        {
            return transport.Open(accepted);
        }
        catch
        {
            transport.Room.Release();
            throw;
        }
    }

    private async Task PauseAsync(Exception exception, CancellationToken cancellationToken)
    {
        transport.Log.AcceptFailed(EndPoint, exception);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _unbound.Token);
        await Task.Delay(Pause, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
