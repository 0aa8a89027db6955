using System.Buffers;
using System.Threading.Channels;
using EdgeCache.Configuration;

namespace EdgeCache.Telemetry;

/// <summary>
/// The access log: requests hand entries over without waiting, one background task formats and writes them. Where the reader of the output
/// is too slow, entries are dropped and counted; a request never waits for its line. Owned by the node's services; safe for concurrent use.
/// </summary>
internal sealed partial class AccessLog : IAsyncDisposable
{
    /// <summary>Entries that may wait: some seconds of a busy node, about 2 MiB.</summary>
    public const int MaxWaiting = 8192;

    private const int BatchBytes = 64 << 10;

    /// <summary>How long the last lines may take at the end; whoever does not read by then never will.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private readonly Channel<AccessLogEntry> _entries = Channel.CreateBounded<AccessLogEntry>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly AccessLogOutput _output;
    private readonly EdgeMetrics _metrics;
    private readonly ILogger<AccessLog> _logger;
    private Task _writing = Task.CompletedTask;
    private long _dropped;

    public AccessLog(EdgeCacheOptions options, AccessLogOutput output, EdgeMetrics metrics, ILogger<AccessLog> logger)
    {
        IsEnabled = options.Telemetry.AccessLog;
        _output = output;
        _metrics = metrics;
        _logger = logger;
    }

    public bool IsEnabled { get; }

    /// <summary>Begins to write; entries of before wait. Called once, after the node has announced its listeners on the same output.</summary>
    public void Start()
    {
        if (IsEnabled)
        {
            _writing = Task.Run(WriteAsync);
        }
    }

    /// <summary>Hands an entry over, or drops it where too many wait.</summary>
    public void Add(in AccessLogEntry entry)
    {
        if (!_entries.Writer.TryWrite(entry))
        {
            Interlocked.Increment(ref _dropped);
            _metrics.AccessLogDropped();
        }
    }

    /// <summary>Writes what waits, but not for longer than two seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _writing.WaitAsync(FlushTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync()
    {
        var stream = _output.Open();
        var buffer = new ArrayBufferWriter<byte>(BatchBytes);
        while (await _entries.Reader.WaitToReadAsync())
        {
            buffer.ResetWrittenCount();
            while (buffer.WrittenCount < BatchBytes && _entries.Reader.TryRead(out var entry))
            {
                AccessLogFormat.Append(entry, buffer);
            }

            await WriteBatchAsync(stream, buffer.WrittenMemory);
            if (Interlocked.Exchange(ref _dropped, 0) is var dropped and > 0)
            {
                Dropped(dropped);
            }
        }
    }

    private async Task WriteBatchAsync(Stream stream, ReadOnlyMemory<byte> lines)
    {
        try
        {
            await stream.WriteAsync(lines);
            await stream.FlushAsync();
        }
        catch (IOException failure)
        {
            // A closed pipe: the log is lost, pulls go on.
            Failed(failure.Message);
        }
    }

    [LoggerMessage(EventIds.AccessLogDropped, LogLevel.Warning, "{Count} access log entries were dropped: the reader of standard output is too slow.")]
    private partial void Dropped(long count);

    [LoggerMessage(EventIds.AccessLogFailed, LogLevel.Debug, "The access log cannot be written: {Reason}")]
    private partial void Failed(string reason);
}
