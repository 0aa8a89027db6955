using System.Diagnostics.Metrics;
using System.Globalization;

namespace EdgeCache.Telemetry;

/// <summary>
/// The node's factory of meters. OpenTelemetry finds meters by name, process-wide; the tag that this factory puts on each of its meters,
/// Kestrel's and ASP.NET's included, lets a node tell its own from another node's in the same process (tests, the demo). Owned by the node's
/// services, which dispose it; safe for concurrent use.
/// </summary>
internal sealed class NodeMeters : IMeterFactory
{
    /// <summary>The meters' tag; the value counts the nodes of a process from 1.</summary>
    public const string Tag = "edgecache.node";

    private static int _nodes;
    private readonly Dictionary<(string Name, string? Version), Meter> _meters = [];
    private readonly Lock _creating = new(); // Protects _meters and _isDisposed.
    private bool _isDisposed;

    /// <summary>This node's value of <see cref="Tag"/>.</summary>
    public string NodeNumber { get; } = Interlocked.Increment(ref _nodes).ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the meter with these tags is another node's. Meters that no node's factory made (System.Runtime) are everybody's.</summary>
    public bool IsForeign(IEnumerable<KeyValuePair<string, object?>>? meterTags) =>
        meterTags is not null && meterTags.Any(tag => tag.Key == Tag && !Equals(tag.Value, NodeNumber));

    public Meter Create(MeterOptions options)
    {
        lock (_creating)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_meters.TryGetValue((options.Name, options.Version), out var known))
            {
                return known;
            }

            var tags = (options.Tags ?? []).Append(new(Tag, NodeNumber));
            var meter = new Meter(new MeterOptions(options.Name) { Version = options.Version, Tags = tags, Scope = this });
            _meters.Add((options.Name, options.Version), meter);
            return meter;
        }
    }

    public void Dispose()
    {
        lock (_creating)
        {
            _isDisposed = true;
            foreach (var meter in _meters.Values)
            {
                meter.Dispose();
            }

            _meters.Clear();
        }
    }
}
