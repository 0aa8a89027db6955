namespace EdgeCache.Fleet;

/// <summary>What is known of a member's readiness.</summary>
internal enum MemberState
{
    /// <summary>It has not been asked yet.</summary>
    Unknown,

    /// <summary>It answered that it is ready.</summary>
    Ready,

    /// <summary>It answered that it is not: it starts, or it drains.</summary>
    NotReady,

    /// <summary>It did not answer.</summary>
    Unreachable,
}
