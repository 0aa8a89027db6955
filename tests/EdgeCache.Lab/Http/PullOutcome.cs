namespace EdgeCache.Lab.Http;

/// <summary>What a client got.</summary>
internal enum PullOutcome
{
    /// <summary>All it asked for, and the right bytes.</summary>
    Whole,

    /// <summary>A body that ended before its length, so that nobody takes it for the whole.</summary>
    Torn,

    /// <summary>A status that says that there is none.</summary>
    Refused,

    /// <summary>Bytes that it must take for what it asked for, and which are not.</summary>
    Wrong,

    /// <summary>A connection that ended without an answer.</summary>
    Nothing,
}
