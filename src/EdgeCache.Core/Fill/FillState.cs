namespace EdgeCache.Core.Fill;

/// <summary>The life of a fill, as its readers see it.</summary>
public enum FillState
{
    /// <summary>No byte may be read yet.</summary>
    Waiting,

    /// <summary>Bytes before the held-back piece may be read.</summary>
    Growing,

    /// <summary>All bytes are there and the digest matches.</summary>
    Verified,

    /// <summary>It came to nothing: whoever has sent headers must abort.</summary>
    Failed,
}
