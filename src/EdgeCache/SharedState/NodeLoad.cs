namespace EdgeCache.SharedState;

/// <summary>What a node says of its work.</summary>
/// <param name="InFlight">Requests of clients that have begun and not ended.</param>
/// <param name="Requests">Requests of clients since the start.</param>
/// <param name="Hits">Those of them that needed no upstream.</param>
internal readonly record struct NodeLoad(int InFlight, long Requests, long Hits);
