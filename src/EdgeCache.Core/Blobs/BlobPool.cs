namespace EdgeCache.Core.Blobs;

/// <summary>The two budgets of the cache: a few huge layers must not push out the manifests. Values are kept on disk.</summary>
public enum BlobPool : byte
{
    Blobs = 0,
    Manifests = 1,
}
