namespace EdgeCache.Load.Driving;

/// <summary>How one pull of an image ended.</summary>
internal enum PullOutcome
{
    /// <summary>Everything that was missing came, and was what its digest says.</summary>
    Whole,

    /// <summary>The client had the image already: the tag still means it.</summary>
    UpToDate,

    /// <summary>Something was refused, or did not come in time, in spite of all attempts.</summary>
    Failed,

    /// <summary>A body was not what its digest says.</summary>
    Mismatched,
}
