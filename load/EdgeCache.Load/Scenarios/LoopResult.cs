using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>What a closed loop of requests gave while it was counted.</summary>
/// <param name="Bytes">Of bodies, also of answers that the end cut.</param>
/// <param name="Failures">Answers that were no whole answer with the expected status, and connections that broke.</param>
/// <param name="NotHits">Answers whose Cache-Status says that they were no hit.</param>
internal sealed record LoopResult(
    TimeSpan Elapsed, long Requests, long Bytes, long Failures, long NotHits, LatencyHistogram Latencies, LoopCost Cost);
