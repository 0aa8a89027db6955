using System.Diagnostics;
using System.Net.Sockets;
using EdgeCache.Load.Http;

namespace EdgeCache.Load.Scenarios;

/// <summary>Clients, connected beforehand, that ask for the same object at the same moment, each once, and drop what they get. One thread. Used once.</summary>
internal sealed class CrowdPull : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private readonly Poller _poller = new();
    private readonly List<DiscardConnection> _connections = [];

    public async Task ConnectAsync(Uri registry, int clients, CancellationToken cancellationToken)
    {
        while (_connections.Count < clients)
        {
            var connection = await DiscardConnection.ConnectAsync(registry, sink: null, cancellationToken);
            _connections.Add(connection);
            connection.WatchBy(_poller, _connections.Count - 1);
        }
    }

    /// <summary>One entry a client; those that had not all when the limit was reached are not whole.</summary>
    public Task<PullTimes[]> RunAsync(byte[] request, TimeSpan limit, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Run(request, limit, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        _connections.ForEach(connection => connection.Dispose());
        _poller.Dispose();
    }

    private PullTimes[] Run(byte[] request, TimeSpan limit, CancellationToken cancellationToken)
    {
        var times = new PullTimes[_connections.Count];
        var started = Stopwatch.GetTimestamp();
        _connections.ForEach(connection => connection.Send(request));
        var left = times.Length;
        while (left > 0 && Stopwatch.GetElapsedTime(started) < limit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ready = _poller.Wait(Tick);
            for (var index = 0; index < ready; index++)
            {
                left -= Read(_poller.TokenAt(index), times, started) ? 1 : 0;
            }
        }

        return times;
    }

    /// <summary>Whether this client is done, well or not.</summary>
    private bool Read(int index, PullTimes[] times, long started)
    {
        var connection = _connections[index];
        try
        {
            var step = connection.Read(out var bytes);
            var now = Stopwatch.GetElapsedTime(started);
            var isWhole = step == ReadStep.Whole;
            times[index] = new PullTimes(
                times[index].Bytes == 0 && bytes > 0 ? now : times[index].FirstByte, now, times[index].Bytes + bytes, isWhole && connection.Head.Status == 200);
            return isWhole;
        }
        catch (Exception error) when (error is SocketException or IOException or InvalidDataException)
        {
            connection.Dispose();
            return true;
        }
    }
}
