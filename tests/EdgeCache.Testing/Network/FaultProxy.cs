using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EdgeCache.Testing.Network;

/// <summary>
/// A TCP proxy in front of one target that can be made bad while it runs: see <see cref="FaultProxyState"/>. Owned by who starts it; safe for
/// concurrent use. Memory per connection is at most 2 MiB; connections above the limit are reset.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly int _maxConnections;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<FaultProxyConnection, byte> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly BandwidthLimit _bandwidth;
    private readonly Random _random;

    // Protects _listener, _filler, _state and _random.
    private readonly Lock _gate = new();
    private FaultProxyState _state = FaultProxyState.Clear;
    private Socket? _listener;

    /// <summary>What keeps the queue of a listener full that accepts nobody.</summary>
    private Socket? _filler;
    private Task _accepting = Task.CompletedTask;

    private FaultProxy(IPEndPoint target, int port, int seed, int maxConnections, TimeProvider time)
    {
        _target = target;
        _maxConnections = maxConnections;
        _time = time;
        _random = new Random(seed);
        _bandwidth = new BandwidthLimit(time);
        Endpoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint { get; private set; }

    public FaultProxyCounters Counters { get; } = new();

    /// <summary>What happens to connections, those that stand included, from now on.</summary>
    public FaultProxyState State
    {
        get
        {
            lock (_gate)
            {
                return _state;
            }
        }

        set
        {
            lock (_gate)
            {
                _state = value;
                _bandwidth.BytesPerSecond = value.BytesPerSecond;
                if (!_stopping.IsCancellationRequested)
                {
                    Listen(value.NewConnections);
                }
            }
        }
    }

    /// <param name="port">Where to listen on the loopback; 0 takes a free port.</param>
    /// <param name="seed">Of the jitter.</param>
    public static FaultProxy Start(IPEndPoint target, int port = 0, int seed = 1, int maxConnections = 10_000, TimeProvider? time = null)
    {
        var proxy = new FaultProxy(target, port, seed, maxConnections, time ?? TimeProvider.System);
        lock (proxy._gate)
        {
            proxy.Listen(NewConnections.Forward);
        }

        return proxy;
    }

    /// <summary>In front of a loopback URL; gives the proxy, whose <see cref="UrlOf"/> is that URL with another port.</summary>
    public static FaultProxy Start(Uri target) => Start(new IPEndPoint(IPAddress.Parse(target.Host.Trim('[', ']')), target.Port));

    /// <summary>The same URL through the proxy.</summary>
    public Uri UrlOf(Uri target) => new UriBuilder(target) { Host = Endpoint.Address.ToString(), Port = Endpoint.Port }.Uri;

    /// <summary>Ends every connection that stands with a reset.</summary>
    public void ResetConnections()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Reset();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        lock (_gate)
        {
            Listen(NewConnections.Refuse);
        }

        await _accepting;
        ResetConnections();
        await Task.WhenAll(_connections.Keys.Select(connection => connection.Done));
    }

    /// <summary>The delay of one piece of bytes.</summary>
    internal TimeSpan DrawDelay()
    {
        lock (_gate)
        {
            return _state.Latency + (_state.Jitter > TimeSpan.Zero ? _state.Jitter * _random.NextDouble() : TimeSpan.Zero);
        }
    }

    /// <summary>Opens or closes the port; the lock is held.</summary>
    private void Listen(NewConnections connections)
    {
        var accepts = connections is NewConnections.Forward or NewConnections.Reset;
        if (!accepts || _filler is not null)
        {
            _listener?.Dispose();
            _filler?.Dispose();
            (_listener, _filler) = (null, null);
        }

        if (accepts && _listener is null)
        {
            var listener = _listener = Bind(queue: 512);
            _accepting = Task.WhenAll(_accepting, AcceptAsync(listener));
        }
        else if (connections == NewConnections.Ignore)
        {
            _listener = Bind(queue: 0);
            _filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _filler.Connect(Endpoint);
        }
    }

    private Socket Bind(int queue)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(Endpoint);
        listener.Listen(queue);
        Endpoint = (IPEndPoint)(listener.LocalEndPoint ?? Endpoint);
        return listener;
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }

            Counters.CountAccepted();
            Take(client);
        }
    }

    private void Take(Socket client)
    {
        var isOverLimit = _connections.Count >= _maxConnections;
        if (isOverLimit || State.NewConnections == NewConnections.Reset)
        {
            // Counted before the peer can see it, here and in every count of the kit: a test looks as soon as it does.
            if (isOverLimit)
            {
                Counters.CountOverLimit();
            }
            else
            {
                Counters.CountCut();
            }

            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
            return;
        }

        var connection = new FaultProxyConnection(this, client, _bandwidth, _time);
        _connections[connection] = 0;
        _ = RunAsync(connection);
    }

    /// <summary>Owned by the table of connections: disposal waits for each one's end.</summary>
    private async Task RunAsync(FaultProxyConnection connection)
    {
        Counters.CountOpen(1);
        try
        {
            await connection.RunAsync(_target, _stopping.Token);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            Counters.CountOpen(-1);
            connection.Dispose();
        }
    }
}
