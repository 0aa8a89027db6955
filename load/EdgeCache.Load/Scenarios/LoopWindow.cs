namespace EdgeCache.Load.Scenarios;

/// <summary>When a closed loop counts.</summary>
/// <param name="WarmUp">What is not counted before the duration.</param>
/// <param name="ReadServerCpu">What the server's processes have used so far.</param>
internal sealed record LoopWindow(TimeSpan WarmUp, TimeSpan Duration, Func<TimeSpan> ReadServerCpu);
