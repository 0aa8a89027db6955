namespace EdgeCache.Serving;

/// <summary>What a Range header asks for (RFC 9110, section 14.2).</summary>
internal enum RangeOutcome
{
    /// <summary>200 with the whole: no Range, or one that may be ignored (malformed, another unit, several ranges).</summary>
    Whole,

    /// <summary>206.</summary>
    Partial,

    /// <summary>416.</summary>
    Unsatisfiable,
}
