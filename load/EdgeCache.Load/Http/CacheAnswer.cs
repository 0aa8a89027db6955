namespace EdgeCache.Load.Http;

/// <summary>What an answer's Cache-Status (RFC 9211) says, in as much as a client cares.</summary>
internal enum CacheAnswer
{
    /// <summary>No Cache-Status, or one that says nothing of these.</summary>
    Unknown,

    Hit,

    /// <summary>Forwarded, and not for somebody else's request: this client led the fill.</summary>
    Miss,

    /// <summary>Answered from a fill that another client had started.</summary>
    Collapsed,
}
