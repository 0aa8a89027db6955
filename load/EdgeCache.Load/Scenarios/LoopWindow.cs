using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios;

/// <summary>When a closed loop counts, and whose processes.</summary>
/// <param name="WarmUp">What is not counted before the duration.</param>
internal sealed record LoopWindow(PeerServer Server, TimeSpan WarmUp, TimeSpan Duration);
