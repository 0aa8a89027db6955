namespace EdgeCache.Load.Processes;

/// <summary>What the origin process serves, told in its first line.</summary>
/// <param name="SyntheticBytes">Of all different blobs of its synthetic images.</param>
internal sealed record OriginCatalog(Uri Url, IReadOnlyList<CatalogEntry> Blobs, IReadOnlyList<CatalogEntry> Tags, long SyntheticBytes);
