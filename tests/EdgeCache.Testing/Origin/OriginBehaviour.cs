namespace EdgeCache.Testing.Origin;

/// <summary>How a sound origin is set up: differences between registries, not faults. Each may be changed while it serves.</summary>
public sealed class OriginBehaviour
{
    public bool HonoursRange { get; set; } = true;

    /// <summary>Blobs are redirected (307) to the storage host.</summary>
    public bool RedirectsBlobsToStorage { get; set; }

    public bool SendsDigest { get; set; } = true;

    public bool SendsETag { get; set; } = true;

    /// <summary>
    /// A tag gives what Accept allows: where the index is not acceptable, its first member that is; else 404. Otherwise the manifest as stored.
    /// </summary>
    public bool NegotiatesAccept { get; set; }

    /// <summary>Whether there is a referrers API; 404 otherwise, as most registries answer.</summary>
    public bool ServesReferrers { get; set; } = true;

    /// <summary>Whether <c>artifactType</c> is applied, and said to be.</summary>
    public bool FiltersReferrers { get; set; }

    public bool ServesCatalog { get; set; } = true;

    /// <summary>The most entries of a page of tags or repositories; 0 is as many as are asked for.</summary>
    public int PageLimit { get; set; }

    /// <summary>Whether a Link header is an absolute URL.</summary>
    public bool SendsAbsoluteLinks { get; set; }
}
