using System.Diagnostics;
using System.Net.Sockets;
using EdgeCache.Load.Http;

namespace EdgeCache.Load.Scenarios;

/// <summary>Clients that take one object at a fixed rate each, or none of it: what the server must keep for them. One thread. Used once.</summary>
internal sealed class SlowClients : IDisposable
{
    /// <summary>A second's worth is read by one client after the other within the second, not by all at once.</summary>
    private const int Slices = 50;

    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1.0 / Slices);

    private readonly List<DiscardConnection> _connections = [];

    /// <summary>Clients whose connection broke.</summary>
    public int Broken { get; private set; }

    public async Task ConnectAsync(Uri registry, int clients, CancellationToken cancellationToken)
    {
        while (_connections.Count < clients)
        {
            _connections.Add(await DiscardConnection.ConnectAsync(registry, sink: null, cancellationToken));
        }
    }

    /// <summary>Sends all requests, and reads for so long.</summary>
    /// <param name="bytesPerSecond">Of each client; 0 reads nothing.</param>
    public Task RunAsync(byte[] request, int bytesPerSecond, TimeSpan duration, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => Run(request, bytesPerSecond, duration, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());

    private void Run(byte[] request, int bytesPerSecond, TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        _connections.ForEach(connection => connection.Send(request));
        for (var slice = 0; Stopwatch.GetElapsedTime(started) < duration; slice++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var index = slice % Slices; index < _connections.Count && bytesPerSecond > 0; index += Slices)
            {
                Read(index, bytesPerSecond);
            }

            var next = (slice + 1) * Slice - Stopwatch.GetElapsedTime(started);
            Thread.Sleep(next > TimeSpan.Zero ? next : TimeSpan.Zero);
        }
    }

    private void Read(int index, int bytes)
    {
        try
        {
            // A whole object is not asked for again: it is longer than the run at this rate.
            _connections[index].Read(out _, bytes);
        }
        catch (Exception error) when (error is SocketException or IOException or InvalidDataException)
        {
            Broken++;
        }
    }
}
