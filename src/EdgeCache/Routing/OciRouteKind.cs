namespace EdgeCache.Routing;

/// <summary>What a request to the pull listener asks for.</summary>
public enum OciRouteKind
{
    /// <summary><c>/v2/</c>: is this a registry.</summary>
    Ping,
    Manifest,
    Blob,
    TagsList,
    Referrers,
    Catalog,
}
