using System.Text;
using EdgeCache.Core.Concurrency;
using Microsoft.AspNetCore.Connections;

namespace EdgeCache.Hosting;

/// <summary>
/// Ends connections beyond a number: where nothing stands between it and HTTP/1 the client is told to come again, else it is closed at once. A few of those that
/// are told so are waited for at a time, so that they hear it before the end. Owned by the listeners; safe for concurrent use.
/// </summary>
/// <param name="maxConnections">How many are served at once.</param>
/// <param name="maxRefusals">Refusals at once; they are connections too, and more are closed at once.</param>
internal sealed class ConnectionLimit(int maxConnections, int maxRefusals, TimeProvider clock)
{
    /// <summary>How long a client has to take the refusal.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly byte[] Refusal = Encoding.ASCII.GetBytes(
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n");

    private int _connections;
    private int _refusals;

    /// <param name="isPlain">Whether the connection's bytes are HTTP/1.</param>
    public async Task RunAsync(ConnectionContext connection, bool isPlain, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _connections) <= maxConnections)
            {
                await next(connection);
                return;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }

        await RefuseAsync(connection, isPlain);
    }

    private async Task RefuseAsync(ConnectionContext connection, bool isPlain)
    {
        try
        {
            if (isPlain && Interlocked.Increment(ref _refusals) <= maxRefusals)
            {
                await TellAsync(connection);
            }
            else
            {
                connection.Abort(new ConnectionAbortedException("Too many connections."));
            }
        }
        finally
        {
            if (isPlain)
            {
                Interlocked.Decrement(ref _refusals);
            }
        }
    }

    /// <summary>The request is read before the end: bytes that nobody has read would have the system reset the connection, and the refusal with it.</summary>
    private async Task TellAsync(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(Patience, clock);
        try
        {
            await PoolThread.EnterAsync();
            var (input, output) = (connection.Transport.Input, connection.Transport.Output);
            var read = await input.ReadAsync(deadline.Token);
            input.AdvanceTo(read.Buffer.End);
            await output.WriteAsync(Refusal, deadline.Token);
            await output.CompleteAsync();
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or InvalidOperationException)
        {
            connection.Abort(new ConnectionAbortedException("Too many connections."));
        }
    }
}
