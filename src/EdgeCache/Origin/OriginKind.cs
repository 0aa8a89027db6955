namespace EdgeCache.Origin;

/// <summary>What an upstream is asked for: a closed label of the metrics.</summary>
internal enum OriginKind
{
    Manifest,
    Blob,
    Token,

    /// <summary>tags/list, referrers and _catalog.</summary>
    List,
}
