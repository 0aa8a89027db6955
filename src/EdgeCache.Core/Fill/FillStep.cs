namespace EdgeCache.Core.Fill;

/// <summary>What a fill does after an attempt.</summary>
internal enum FillStep
{
    /// <summary>Nothing: the content is whole and right.</summary>
    Verified,

    /// <summary>Nothing: its readers have been told why.</summary>
    Failed,

    /// <summary>Asks the same source again.</summary>
    SameSource,

    /// <summary>Asks the next source that is not refused; where there is no other, the same again.</summary>
    NextSource,
}
