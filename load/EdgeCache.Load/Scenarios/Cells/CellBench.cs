using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>What all cells of a run share.</summary>
internal sealed record CellBench(OriginProcess Origin, ObjectCheck Check, WarmUp WarmUp, BenchSettings Settings);
