using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>What a closed loop cost while it was counted.</summary>
/// <param name="ServerMemory">At the end, with all connections open.</param>
internal sealed record LoopCost(TimeSpan ServerCpu, MemoryUsage ServerMemory, TimeSpan DriverCpu);
