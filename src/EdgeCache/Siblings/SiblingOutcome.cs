namespace EdgeCache.Siblings;

/// <summary>What came of asking a sibling.</summary>
internal enum SiblingOutcome
{
    /// <summary>The content, or that it is still current.</summary>
    Found,

    /// <summary>An answer without content: upstream is asked.</summary>
    Refused,

    /// <summary>No answer.</summary>
    Silent,

    /// <summary>Content that is not what was asked for: the member is not asked for a while.</summary>
    Wrong,

    /// <summary>A body that broke off; upstream goes on with it.</summary>
    Broken,
}
