using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios;

/// <summary>When a closed loop counts, and whose processes.</summary>
/// <param name="WarmUp">What is not counted before the duration.</param>
/// <param name="Duration">Longer where no answer is whole within it, up to <see cref="Limit"/>.</param>
internal sealed record LoopWindow(PeerServer Server, TimeSpan WarmUp, TimeSpan Duration)
{
    public TimeSpan Limit => Duration + TimeSpan.FromSeconds(15);
}
