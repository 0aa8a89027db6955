using EdgeCache.Origin;
using StackExchange.Redis;

namespace EdgeCache.SharedState;

/// <summary>
/// One multiplexer with the calls that have not ended: a caller that gives up leaves its call behind, since this client cannot take it back. Owned by
/// <see cref="RedisLink"/>; thread-safe.
/// </summary>
internal sealed class RedisConnection : IAsyncDisposable
{
    /// <summary>Connecting goes on after that; only the caller stops waiting, and some connections of 1.2.6 take all of it though they stand at once.</summary>
    private const int MaxConnectMilliseconds = 2000;

    private readonly ConnectionMultiplexer _multiplexer;
    private int _outstanding;

    private RedisConnection(ConnectionMultiplexer multiplexer)
    {
        _multiplexer = multiplexer;
        Database = multiplexer.GetDatabase();
    }

    public IDatabase Database { get; }

    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Connects, or prepares to where nobody answers yet: the multiplexer goes on trying by itself.</summary>
    /// <param name="trust">Besides the system's; null for none.</param>
    public static async Task<RedisConnection> OpenAsync(string configuration, UpstreamTrust? trust)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = false;
        options.ClientName ??= "edgecache";
        if (!configuration.Contains("configCheckSeconds", StringComparison.OrdinalIgnoreCase))
        {
            // A fail-over of Redis Cluster is seen this fast (6 s with 2; the default of 60 means a minute).
            options.ConfigCheckSeconds = 2;
        }

        if (trust is not null)
        {
            options.CertificateValidation += trust.Validate;
        }

        options.ConnectTimeout = Math.Min(options.ConnectTimeout, MaxConnectMilliseconds);
        return new RedisConnection(await ConnectionMultiplexer.ConnectAsync(options));
    }

    /// <summary>Messages of the channel, in the client's own time and thread; it subscribes again by itself after a break.</summary>
    public Task SubscribeAsync(string channel, Action<byte[]> receive) => _multiplexer.GetSubscriber().SubscribeAsync(
        new RedisChannel(channel, RedisChannel.PatternMode.Literal), (_, message) => receive((byte[]?)message ?? []));

    /// <summary>Starts a call and keeps count of it until it really ends.</summary>
    public Task<T> Start<T>(Func<IDatabase, Task<T>> call)
    {
        Interlocked.Increment(ref _outstanding);
        Task<T> task;
        try
        {
            task = call(Database);
        }
        catch
        {
            Interlocked.Decrement(ref _outstanding);
            throw;
        }

        _ = task.ContinueWith(End, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _multiplexer.CloseAsync(allowCommandsToComplete: false);
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
        {
            // It is given up in any case.
        }

        _multiplexer.Dispose();
    }

    private void End(Task ended)
    {
        Interlocked.Decrement(ref _outstanding);
        _ = ended.Exception; // Observed: who started it may have given up long ago.
    }
}
