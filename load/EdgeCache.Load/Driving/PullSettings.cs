namespace EdgeCache.Load.Driving;

/// <summary>How patient a simulated client is.</summary>
/// <param name="Limit">How long a pull may take, from when it really starts.</param>
internal sealed record PullSettings(TimeSpan Limit)
{
    /// <summary>Of one request, the first included: containerd and docker try five times.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Before the second attempt; twice as long before each further one.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(100);
}
