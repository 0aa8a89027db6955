namespace EdgeCache.Load.Http;

/// <summary>How far one read of a <see cref="DiscardConnection"/> came.</summary>
internal enum ReadStep
{
    /// <summary>There was nothing to read.</summary>
    Nothing,

    /// <summary>The answer has come further.</summary>
    Further,

    /// <summary>The answer is whole; the next request may be sent.</summary>
    Whole,
}
