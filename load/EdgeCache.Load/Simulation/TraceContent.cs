namespace EdgeCache.Load.Simulation;

/// <summary>What a trace holds.</summary>
/// <param name="Manifests">By repository and reference.</param>
/// <param name="Others">Pings and other requests that no cache of content answers.</param>
internal sealed record TraceContent(string Name, RequestTrace Blobs, RequestTrace Manifests, int Others);
