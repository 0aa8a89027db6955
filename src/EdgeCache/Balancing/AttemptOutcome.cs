namespace EdgeCache.Balancing;

/// <summary>How one attempt to have a member answer a request ended.</summary>
internal enum AttemptOutcome
{
    /// <summary>The client has the member's answer, whatever it says.</summary>
    Sent,

    /// <summary>There is no connection to the member.</summary>
    Unreachable,

    /// <summary>The connection ended, or the answer is none, before its first byte went out.</summary>
    Broken,

    /// <summary>Nothing came, and the member does not answer a probe either.</summary>
    Silent,

    /// <summary>The member itself failed, or is at its limit; what it says of an upstream is an answer like any other.</summary>
    Busy,

    /// <summary>The answer had begun and could not be ended: the client's connection is cut.</summary>
    Cut,

    /// <summary>The client was gone before the answer was whole.</summary>
    ClientLeft,
}
