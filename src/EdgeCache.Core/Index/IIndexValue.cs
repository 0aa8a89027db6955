namespace EdgeCache.Core.Index;

/// <summary>
/// A value of a store: fixed size, no references, no padding that the compiler chooses, and its last four bytes are the checksum that
/// <see cref="ValueChecksum"/> writes and checks.
/// </summary>
internal interface IIndexValue
{
    /// <summary>When it was put, in the order of all puts and removals of the journal; the greater wins. 0 where there is no journal.</summary>
    long Sequence { get; }

    /// <summary>Whether it says that there is nothing, which must win over older journal entries that are still to be replayed.</summary>
    bool IsRemoved { get; }
}
