using System.Diagnostics.Metrics;
using EdgeCache.Fleet;
using EdgeCache.SharedState;
using EdgeCache.Telemetry;
using EdgeCache.Testing;
using EdgeCache.Testing.RealPrograms;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace EdgeCache.Tests.SharedState;

/// <summary>A real Redis with one node's link to it, and a client of the test's own that sees all of it.</summary>
internal sealed class RedisFixture : IAsyncDisposable
{
    /// <summary>No deadline that a busy machine misses.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly NodeMeters _meters = new();
    private readonly ConnectionMultiplexer _client;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _refused = [];

    private RedisFixture(RedisServer server, ConnectionMultiplexer client, TimeSpan timeout, ILogger<RedisLink>? log)
    {
        Server = server;
        _client = client;
        Metrics = new RedisMetrics(_meters);
        Options = new RedisOptions { Configuration = server.Configuration, Timeout = timeout };
        Link = new RedisLink(Options, Metrics, TimeProvider.System, log ?? NullLogger<RedisLink>.Instance);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "edgecache.redis.refused_values" && !_meters.IsForeign(instrument.Meter.Tags))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            lock (_refused)
            {
                var kind = (string)tags[0].Value!; // Its only label.
                _refused[kind] = _refused.GetValueOrDefault(kind) + value;
            }
        });
        _listener.Start();
    }

    public RedisServer Server { get; }

    public RedisOptions Options { get; }

    public RedisMetrics Metrics { get; }

    public RedisLink Link { get; }

    public FleetSecret Secret { get; } = new("the fleet's secret, of 32 characters or more");

    /// <summary>Somebody else's.</summary>
    public FleetSecret OtherSecret { get; } = new("another secret, also of 32 characters or more");

    /// <summary>Redis as whoever can write there sees it.</summary>
    public IDatabase Raw => _client.GetDatabase();

    public static async Task<RedisFixture> StartAsync(TimeSpan? timeout = null, ILogger<RedisLink>? log = null, bool isConnected = true)
    {
        var server = await RedisServer.StartAsync();
        var client = await ConnectionMultiplexer.ConnectAsync(server.Configuration + ",abortConnect=false,connectTimeout=2000,syncTimeout=20000");
        var fixture = new RedisFixture(server, client, timeout ?? Patience, log);
        if (isConnected)
        {
            await fixture.ConnectedAsync();
        }

        return fixture;
    }

    /// <summary>Values of this kind that were refused.</summary>
    public long Refused(string kind)
    {
        lock (_refused)
        {
            return _refused.GetValueOrDefault(kind);
        }
    }

    /// <summary>Another node's link.</summary>
    public RedisLink NewLink() => new(Options, new RedisMetrics(new NodeMeters()), TimeProvider.System, NullLogger<RedisLink>.Instance);

    public Task ConnectedAsync() => ConnectedAsync(Link);

    /// <summary>Waits until calls are answered.</summary>
    public static Task ConnectedAsync(RedisLink link) => Eventually.TrueAsync(async () => (await link.CallAsync(database => database.PingAsync())).IsAnswered);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await Link.DisposeAsync();
        // Not waiting for answers to QUIT, which do not always come.
        _client.Close(allowCommandsToComplete: false);
        await Server.DisposeAsync();
        _meters.Dispose();
    }
}
