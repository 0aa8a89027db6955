using System.Security.Cryptography;
using EdgeCache.Origin;
using StackExchange.Redis;

namespace EdgeCache.SharedState;

/// <summary>
/// The way to Redis. Nobody waits for it longer than the deadline: a call gets its answer, or none, and never an exception. After a few failures Redis is
/// bypassed until a probe in the background gets an answer; that probe also connects, the first time it is needed. Owned by the services; safe for concurrent use.
/// </summary>
internal sealed class RedisLink : IAsyncDisposable
{
    /// <summary>Calls that have not ended, given up or not; one more is bypassed.</summary>
    public const int MaxOutstanding = 1024;

    /// <summary>Probes without an answer after which the connection is given up: it may lead to a machine that is no more.</summary>
    public const int ProbesPerConnection = 10;

    /// <summary>What a new connection may take for what nobody waits for: its subscriptions, its first answer, its end.</summary>
    private static readonly TimeSpan SetupTimeout = TimeSpan.FromSeconds(1);

    private readonly RedisOptions _options;
    private readonly string _configuration;
    private readonly UpstreamTrust? _trust;
    private readonly RedisMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RedisBreaker _breaker;

    /// <summary>Protects the four below: every subscription meets every connection.</summary>
    private readonly Lock _gate = new();
    private readonly List<(string Channel, Action<byte[]> Receive)> _subscriptions = [];
    private volatile RedisConnection? _connection;
    private Task _probe = Task.CompletedTask;
    private bool _isDisposed;

    private int _probesWithoutAnswer;
    private volatile bool _isRefusing;

    /// <exception cref="ArgumentException">The options name no Redis.</exception>
    /// <exception cref="CryptographicException">The CA file holds no certificate.</exception>
    /// <exception cref="IOException">The CA file cannot be read.</exception>
    public RedisLink(RedisOptions options, RedisMetrics metrics, TimeProvider time, ILogger<RedisLink> log)
    {
        _options = options;
        _configuration = options.Configuration ?? throw new ArgumentException("There is no Redis.", nameof(options));
        _trust = options.CaFile is null ? null : UpstreamTrust.Load(options.CaFile);
        _metrics = metrics;
        _time = time;
        _log = log;
        _breaker = new RedisBreaker(time);
        metrics.Show(() => _breaker.IsOpen, () => Outstanding);
    }

    /// <summary>Whether Redis is bypassed now.</summary>
    public bool IsOpen => _breaker.IsOpen;

    public int Outstanding => _connection?.Outstanding ?? 0;

    /// <summary>A key or channel of this fleet.</summary>
    public string Name(string name) => $"{_options.Prefix}:{name}";

    /// <summary>Calls Redis, and waits for the deadline at the most.</summary>
    /// <param name="call">Starts one call, or a few at once; runs at most once.</param>
    public async ValueTask<RedisAnswer<T>> CallAsync<T>(Func<IDatabase, Task<T>> call)
    {
        if (_breaker.IsOpen)
        {
            BeginProbe();
        }

        if (_breaker.IsOpen || _connection is not { Outstanding: < MaxOutstanding } connection)
        {
            _metrics.Bypassed();
            return default;
        }

        try
        {
            var value = await connection.Start(call).WaitAsync(_options.Timeout, _time).ConfigureAwait(false);
            _breaker.Succeeded();
            _metrics.Answered();
            _isRefusing = false;
            return new RedisAnswer<T>(true, value);
        }
        catch (Exception error)
        {
            // What this client may throw is no closed set; none of it may fail a pull.
            Fail(error);
            return default;
        }
    }

    /// <summary>Calls Redis without waiting: bounded like any other call, and what comes of it is counted and otherwise nobody's.</summary>
    public void Post<T>(Func<IDatabase, Task<T>> call) => _ = CallAsync(call).AsTask();

    /// <summary>Receives a channel's messages, over every connection to come. What is sent while there is none is lost.</summary>
    /// <param name="receive">Must not wait; called on threads of the client.</param>
    public async Task SubscribeAsync(string channel, Action<byte[]> receive)
    {
        RedisConnection? connection;
        lock (_gate)
        {
            _subscriptions.Add((channel, receive));
            connection = _connection;
        }

        if (connection is not null)
        {
            await SubscribeAsync(connection, channel, receive).ConfigureAwait(false);
        }
        else
        {
            BeginProbe();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task probe;
        lock (_gate)
        {
            _isDisposed = true;
            probe = _probe;
        }

        await probe.WaitAsync(SetupTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CloseAsync().ConfigureAwait(false);
        _trust?.Dispose();
    }

    private void Fail(Exception error)
    {
        if (error is not RedisServerException)
        {
            _metrics.Failed();
            if (_breaker.Failed())
            {
                RedisLog.Bypassed(_log, error.GetType().Name);
            }

            return;
        }

        // An answer after all: a key of another type, a replica that must not write.
        _breaker.Succeeded();
        _metrics.Erred();
        if (!_isRefusing)
        {
            _isRefusing = true;
            RedisLog.Refused(_log, error.Message.Split(' ')[0]);
        }
    }

    private void BeginProbe()
    {
        lock (_gate)
        {
            if (!_isDisposed && _breaker.TryBeginProbe())
            {
                _probe = Task.Run(ProbeAsync);
            }
        }
    }

    private async Task ProbeAsync()
    {
        var isAnswered = false;
        try
        {
            var connection = _connection ?? await ConnectAsync().ConfigureAwait(false);
            await connection.Start(database => database.PingAsync()).WaitAsync(_options.Timeout, _time).ConfigureAwait(false);
            isAnswered = true;
            _probesWithoutAnswer = 0;
            RedisLog.Connected(_log);
        }
        catch (Exception error)
        {
            if (_probesWithoutAnswer++ == 0)
            {
                RedisLog.NotAnswering(_log, error.GetType().Name);
            }
            else if (_probesWithoutAnswer % ProbesPerConnection == 0)
            {
                RedisLog.Reconnecting(_log, ProbesPerConnection);
                await CloseAsync().ConfigureAwait(false);
            }
        }

        _breaker.EndProbe(isAnswered);
    }

    private async Task<RedisConnection> ConnectAsync()
    {
        var connection = await RedisConnection.OpenAsync(_configuration, _trust).ConfigureAwait(false);
        (string, Action<byte[]>)[] subscriptions;
        bool isLate;
        lock (_gate)
        {
            isLate = _isDisposed;
            _connection = isLate ? null : connection;
            subscriptions = [.. _subscriptions];
        }

        if (isLate)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new ObjectDisposedException(nameof(RedisLink));
        }

        foreach (var (channel, receive) in subscriptions)
        {
            await SubscribeAsync(connection, channel, receive).ConfigureAwait(false);
        }

        // Not under the deadline of a call: this one also waits for code that runs for the first time.
        await connection.Start(database => database.PingAsync()).WaitAsync(SetupTimeout, _time).ConfigureAwait(false);
        return connection;
    }

    private async Task SubscribeAsync(RedisConnection connection, string channel, Action<byte[]> receive)
    {
        try
        {
            await connection.SubscribeAsync(channel, receive).WaitAsync(SetupTimeout, _time).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The client keeps it in mind and subscribes once it is connected.
            RedisLog.NotAnswering(_log, error.GetType().Name);
        }
    }

    private async Task CloseAsync()
    {
        RedisConnection? connection;
        lock (_gate)
        {
            connection = _connection;
            _connection = null;
        }

        if (connection is not null)
        {
            await connection.DisposeAsync().AsTask().WaitAsync(SetupTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
