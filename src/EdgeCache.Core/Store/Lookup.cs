using EdgeCache.Core.Blobs;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Store;

/// <summary>The store's answer to a look-up. A value; nothing is held.</summary>
/// <param name="Digest">What the reference means; none for a tag that is not known, or is not fresh and has no bytes here.</param>
/// <param name="Type">The manifest's type as this repository knows it; None where it does not, and for blobs.</param>
/// <param name="SizeBytes">The stored size, else the size the repository's link names; -1 where neither is known.</param>
/// <param name="Pool">Where the bytes are, in the states that have them.</param>
/// <param name="IsLinked">Whether this repository is known to hold the digest.</param>
/// <param name="Freshness">Of a tag; always fresh for a digest.</param>
/// <param name="TagClass">The class of Accept under which a tag was found, or with which upstream is to be asked for it; None for a digest.</param>
public readonly record struct Lookup(
    LookupState State,
    Digest Digest,
    ManifestTypes Type,
    long SizeBytes,
    BlobPool Pool,
    bool IsLinked,
    Freshness Freshness,
    ManifestTypes TagClass);
