using System.Diagnostics.Metrics;

namespace EdgeCache.Siblings;

/// <summary>What is measured of siblings; labels are closed. Safe for concurrent use.</summary>
internal sealed class SiblingMetrics
{
    private static readonly string[] Labels = ["found", "refused", "silent", "wrong", "broken"];

    private readonly Counter<long> _asked;
    private readonly Counter<long> _bytes;

    public SiblingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("edgecache");
        _asked = meter.CreateCounter<long>("edgecache.sibling.requests", "{request}", "What came of asking other nodes of the fleet.");
        _bytes = meter.CreateCounter<long>("edgecache.sibling.bytes", "By", "Bytes of bodies read from other nodes of the fleet.");
    }

    public void Asked(SiblingOutcome outcome) => _asked.Add(1, new KeyValuePair<string, object?>("outcome", Labels[(int)outcome]));

    public void Read(int bytes) => _bytes.Add(bytes);
}
