namespace EdgeCache.Lab.SlowReaders;

/// <summary>How a pull ended.</summary>
internal enum PullEnd
{
    /// <summary>With all bytes, and the right ones.</summary>
    Whole,

    /// <summary>In the middle: its client knows that it has not the whole. What had come was right.</summary>
    Cut,

    /// <summary>With another status than 200.</summary>
    Refused,
}
