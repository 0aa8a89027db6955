namespace EdgeCache.Load.Processes;

/// <summary>One object of an origin.</summary>
/// <param name="Tag">The tag that means it; empty for a blob.</param>
internal sealed record CatalogEntry(string Repository, string Tag, string Digest, long SizeBytes)
{
    public string ManifestPath => $"/v2/{Repository}/manifests/{Digest}";

    public string TagPath => $"/v2/{Repository}/manifests/{Tag}";

    public string BlobPath => $"/v2/{Repository}/blobs/{Digest}";
}
