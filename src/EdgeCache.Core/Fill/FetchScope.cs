namespace EdgeCache.Core.Fill;

/// <summary>How far a request may go for what is not here: as far as the client who asks, or no further than a sibling's trust reaches.</summary>
public enum FetchScope
{
    /// <summary>To the other nodes and upstream: a client asks.</summary>
    Anywhere,

    /// <summary>To upstream, and never on to another node: a sibling asks, and chains of them could run in a circle.</summary>
    Upstream,

    /// <summary>Nowhere: a sibling asks for what is held.</summary>
    Stored,
}
