namespace EdgeCache.Lab.Http;

/// <summary>What clients ask for while the upstream fails.</summary>
internal enum PullTarget
{
    /// <summary>A blob that is verified before its headers; nothing but its digest is known.</summary>
    SmallBlob,

    /// <summary>A blob that is streamed while it comes; nothing but its digest is known.</summary>
    LargeBlob,

    /// <summary>A small blob whose size a manifest has told.</summary>
    DescribedSmallBlob,

    /// <summary>A large blob whose size a manifest has told.</summary>
    DescribedLargeBlob,

    ManifestByDigest,

    /// <summary>A tag that was never asked for.</summary>
    UnknownTag,

    /// <summary>A tag that is held and no longer fresh.</summary>
    StaleTag,
}
