namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>How a cached object is asked for.</summary>
/// <param name="Connections">Keep-alive connections, each with one request at a time.</param>
internal sealed record HitLoad(int Connections)
{
    public HitTransport Transport { get; init; } = HitTransport.Plain;

    /// <summary>The length of the range that is asked for, from the object's middle; 0 is the whole. Plain only.</summary>
    public long RangeBytes { get; init; }
}
