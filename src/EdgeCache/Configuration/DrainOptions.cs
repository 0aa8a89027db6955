namespace EdgeCache.Configuration;

/// <summary>How a node leaves: not ready at once, accepting for <see cref="Delay"/>, then ending what is in flight.</summary>
internal sealed record DrainOptions
{
    /// <summary>How long new requests are still accepted after the stop signal, so that a load balancer can see the readiness go.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.Zero;

    /// <summary>How long downloads in flight may take to end before they are aborted. 15 min: PROMISES, drain.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(15);
}
