using System.Diagnostics;
using System.Net.Sockets;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>
/// A closed loop over many connections on one thread: each asks for the next object when its last answer is whole, and drops what it gets. Used once.
/// </summary>
/// <param name="requests">What is asked for; one of them by chance where there are several.</param>
/// <param name="expectedStatus">200, or 206 of a range.</param>
/// <param name="copies">Whether bodies are copied out of the kernel, as any client does, or dropped there.</param>
internal sealed class DiscardLoop(IReadOnlyList<byte[]> requests, int expectedStatus, bool copies) : IDisposable
{
    /// <summary>What skopeo and containerd read at once is between 32 KiB and 1 MiB; it stays in the processor's cache.</summary>
    private const int SinkBytes = 256 << 10;

    /// <summary>How late the end of the window may be seen.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>The same choice of objects for every server.</summary>
    private readonly Random _random = new(20);
    private readonly Poller _poller = new();
    private readonly LatencyHistogram _latencies = new();
    private readonly byte[]? _sink = copies ? new byte[SinkBytes] : null;
    private readonly List<DiscardConnection> _connections = [];
    private long[] _started = [];
    private long _bytes;
    private long _failures;
    private long _notHits;
    private bool _isCounting;

    /// <exception cref="SocketException">The server does not accept so many.</exception>
    public async Task ConnectAsync(Uri registry, int connections, CancellationToken cancellationToken)
    {
        while (_connections.Count < connections)
        {
            var connection = await DiscardConnection.ConnectAsync(registry, _sink, cancellationToken);
            _connections.Add(connection);
            connection.WatchBy(_poller, _connections.Count - 1);
        }

        _started = new long[connections];
    }

    /// <summary>Runs through the window on a thread of its own.</summary>
    public Task<LoopResult> RunAsync(LoopWindow window, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(() => Run(window, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        _connections.ForEach(connection => connection.Dispose());
        _poller.Dispose();
    }

    private LoopResult Run(LoopWindow window, CancellationToken cancellationToken)
    {
        for (var index = 0; index < _connections.Count; index++)
        {
            Ask(index);
        }

        Turn(window.WarmUp, cancellationToken);
        var meter = new CostMeter(window.Server);
        var begun = Stopwatch.GetTimestamp();
        _isCounting = true;
        Turn(window.Duration, cancellationToken);
        while (_bytes + _failures == 0 && window.Duration > TimeSpan.Zero && Stopwatch.GetElapsedTime(begun) < window.Limit)
        {
            Turn(Tick, cancellationToken);
        }

        return new LoopResult(Stopwatch.GetElapsedTime(begun), _latencies.Count, _bytes, _failures, _notHits, _latencies, meter.Read());
    }

    private void Turn(TimeSpan duration, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) is var elapsed && elapsed < duration)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ready = _poller.Wait(duration - elapsed < Tick ? duration - elapsed : Tick);
            for (var index = 0; index < ready; index++)
            {
                Read(_poller.TokenAt(index));
            }
        }
    }

    private void Read(int index)
    {
        try
        {
            var step = _connections[index].Read(out var bytes);
            _bytes += _isCounting ? bytes : 0;
            if (step == ReadStep.Whole)
            {
                Count(index);
                Ask(index);
            }
        }
        catch (Exception error) when (error is SocketException or IOException or InvalidDataException)
        {
            // One broken connection makes the cell invalid; it is not opened again.
            _failures++;
            _connections[index].Dispose();
        }
    }

    private void Count(int index)
    {
        if (_isCounting)
        {
            var head = _connections[index].Head;
            _latencies.Record(Stopwatch.GetElapsedTime(_started[index]));
            _failures += head.Status == expectedStatus ? 0 : 1;
            _notHits += head.IsNoHit ? 1 : 0;
        }
    }

    private void Ask(int index)
    {
        _started[index] = Stopwatch.GetTimestamp();
        _connections[index].Send(requests.Count == 1 ? requests[0] : requests[_random.Next(requests.Count)]);
    }
}
