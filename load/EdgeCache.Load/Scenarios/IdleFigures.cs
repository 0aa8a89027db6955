namespace EdgeCache.Load.Scenarios;

/// <summary>What a node takes that has a full cache and nothing to do.</summary>
/// <param name="Listening">From the start of the process until it listens.</param>
/// <param name="Loaded">From the start of the process until its index knows every file.</param>
/// <param name="LoadCpu">The processor time until then.</param>
/// <param name="PeakResidentBytes">The most it had in memory.</param>
internal sealed record IdleFigures(
    int Objects, TimeSpan Listening, TimeSpan Loaded, TimeSpan LoadCpu, long ResidentBytes, long ProportionalBytes, long PeakResidentBytes);
