using System.Net;
using System.Net.Sockets;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Peers;

/// <summary>Starts programs that cannot take port 0: each try gets other free ports, for somebody else may take one first.</summary>
internal static class PeerStart
{
    private const int MaxTries = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Nothing of theirs is kept, and Varnish's manager sometimes waits for its child for ever.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Starts a program and waits until it accepts connections on the first port.</summary>
    /// <param name="start">Starts it with these ports.</param>
    /// <exception cref="InvalidOperationException">It ended each time; the message has what it said.</exception>
    public static async Task<(ChildProcess Process, int[] Ports)> RunAsync(int ports, Func<int[], ChildProcess> start, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var free = FindFree(ports);
            var process = start(free);
            process.Patience = Farewell;
            try
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                deadline.CancelAfter(Patience);
                await WaitAsync(process, free[0], deadline.Token);
                process.DiscardOutput();
                return (process, free);
            }
            catch (Exception error)
            {
                await process.DisposeAsync();
                if (error is not InvalidOperationException || attempt == MaxTries)
                {
                    throw;
                }
            }
        }
    }

    public static Uri UrlOf(string scheme, int port) => new($"{scheme}://127.0.0.1:{port}/");

    private static int[] FindFree(int count)
    {
        // All are held until all are found: no port comes twice.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    private static async Task WaitAsync(ChildProcess process, int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (process.HasExited)
            {
                throw await process.ExplainEndAsync(cancellationToken);
            }

            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
