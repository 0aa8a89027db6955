namespace EdgeCache.Lab.Http;

/// <summary>What a pull over a <see cref="CutLine"/> took.</summary>
/// <param name="UpstreamBytes">Bytes of bodies that upstream sent.</param>
internal sealed record CutLineResult(int UpstreamRequests, long UpstreamBytes, int ClientRequests);
