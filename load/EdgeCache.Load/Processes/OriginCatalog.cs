namespace EdgeCache.Load.Processes;

/// <summary>What the origin process serves, told in its first line.</summary>
internal sealed record OriginCatalog(Uri Url, IReadOnlyList<CatalogEntry> Blobs, IReadOnlyList<CatalogEntry> Tags);
