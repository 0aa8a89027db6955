using EdgeCache.Testing.Network;

namespace EdgeCache.Load.Processes;

/// <summary>How fast a link between two places is.</summary>
/// <param name="Megabits">10^6 bits per second, towards who pulls, of all connections together.</param>
/// <param name="RoundTrip">There and back.</param>
internal sealed record LinkPace(int Megabits, TimeSpan RoundTrip)
{
    public FaultProxyState ToState() => new() { BytesPerSecond = Megabits * 125_000L, Latency = RoundTrip / 2 };
}
