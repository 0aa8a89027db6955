using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using EdgeCache.Fleet;
using StackExchange.Redis;

namespace EdgeCache.SharedState;

/// <summary>
/// Tells the other nodes, and hears them, over a channel of Redis. A message that is not signed, old, this node's own or one too many is ignored; one that is lost is
/// lost: events make things happen sooner and are nobody's only way. Safe for concurrent use.
/// </summary>
internal sealed class FleetEvents : BackgroundService
{
    /// <summary>Events that wait to be handled; more are dropped.</summary>
    public const int MaxWaiting = 256;

    private const string About = "event";

    /// <summary>How old a message may be, besides what clocks differ by: a repetition later than that does nothing.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan HandlingTimeout = TimeSpan.FromMinutes(1);

    private readonly RedisLink _link;
    private readonly FleetSecret _secret;
    private readonly IFleetEventHandler[] _handlers;
    private readonly EventContext _context;
    private readonly string _sender = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>Warm-ups wait for upstreams; nothing that is urgent waits behind them.</summary>
    private readonly Channel<FleetEvent> _urgent = NewQueue();
    private readonly Channel<FleetEvent> _warm = NewQueue();

    public FleetEvents(RedisLink link, FleetSecret secret, IEnumerable<IFleetEventHandler> handlers, EventContext context)
    {
        _link = link;
        _secret = secret;
        _handlers = [.. handlers];
        _context = context;
    }

    /// <summary>Tells the others. What is to happen here is the caller's to do.</summary>
    /// <returns>Whether Redis took it: not that anybody heard it.</returns>
    public async ValueTask<bool> PublishAsync(FleetEvent message)
    {
        if (message is { Kind: FleetEventKind.Purge, Repository: { } repository, Reference.IsDigest: false })
        {
            // First: else a node that has just forgotten the tag would learn it again from there.
            _context.Tags?.Drop(repository, message.Reference);
        }

        var channel = new RedisChannel(_link.Name("events"), RedisChannel.PatternMode.Literal);
        var text = SealedText.Seal(_secret, About, message.Format(_sender, _context.Time.GetUtcNow()));
        var answer = await _link.CallAsync(database => database.PublishAsync(channel, text)).ConfigureAwait(false);
        return answer.IsAnswered;
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _link.SubscribeAsync(_link.Name("events"), Receive).ConfigureAwait(false);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(HandleAsync(_urgent, stoppingToken), HandleAsync(_warm, stoppingToken));

    /// <summary>Takes a message as it came; waits for nothing.</summary>
    internal void Receive(byte[] payload)
    {
        if (payload.Length > SealedText.MaxLength
            || !SealedText.TryOpen(_secret, About, Encoding.UTF8.GetString(payload), out var text)
            || !FleetEvent.TryParse(text, out var message, out var sender, out var time)
            || (_context.Time.GetUtcNow() - time).Duration() > Lifetime + SignedStamp.Skew)
        {
            _context.Metrics.ValueRefused("event");
            return;
        }

        if (sender != _sender && !(message.Kind == FleetEventKind.Warm ? _warm : _urgent).Writer.TryWrite(message))
        {
            RedisLog.EventDropped(_context.Log, message.Kind);
        }
    }

    private async Task HandleAsync(Channel<FleetEvent> queue, CancellationToken cancellationToken)
    {
        await foreach (var message in queue.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            using var deadline = new CancellationTokenSource(HandlingTimeout, _context.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            foreach (var handler in _handlers)
            {
                try
                {
                    await handler.HandleAsync(message, either.Token).ConfigureAwait(false);
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    RedisLog.EventFailed(_context.Log, message.Kind, error);
                }
            }
        }
    }

    private static Channel<FleetEvent> NewQueue() =>
        Channel.CreateBounded<FleetEvent>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
}
