using EdgeCache.Core.Oci;
using EdgeCache.Load.Http;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>An object of the origin, and how it is asked for.</summary>
/// <param name="Accept">The Accept header; null for none.</param>
internal sealed record Wanted(string Path, string? Accept, Digest Digest, long SizeBytes)
{
    private static readonly string ManifestAccept = MediaTypes.ToAccept(ManifestTypes.All);

    public static Wanted Manifest(CatalogEntry entry) => new(entry.ManifestPath, ManifestAccept, Core.Oci.Digest.Parse(entry.Digest), entry.SizeBytes);

    public static Wanted Tag(CatalogEntry entry) => new(entry.TagPath, ManifestAccept, Core.Oci.Digest.Parse(entry.Digest), entry.SizeBytes);

    public static Wanted Blob(CatalogEntry entry) => new(entry.BlobPath, null, Core.Oci.Digest.Parse(entry.Digest), entry.SizeBytes);

    public byte[] CreateRequest(Uri registry) => RegistryConnection.CreateGet(registry, Path, Accept);
}
