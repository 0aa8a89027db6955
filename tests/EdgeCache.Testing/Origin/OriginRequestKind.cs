namespace EdgeCache.Testing.Origin;

/// <summary>What a request to a <see cref="FakeOrigin"/> asks for.</summary>
public enum OriginRequestKind
{
    Other,
    Ping,
    ManifestGet,
    ManifestHead,
    BlobGet,
    BlobHead,
    Tags,
    Referrers,
    Catalog,

    /// <summary>The embedded token server.</summary>
    Token,

    /// <summary>The second listener, which blobs may be redirected to.</summary>
    Storage,

    /// <summary>Any method but GET and HEAD.</summary>
    Write,
}
