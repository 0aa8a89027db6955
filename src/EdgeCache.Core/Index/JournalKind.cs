namespace EdgeCache.Core.Index;

/// <summary>What a journal entry says. Values are kept on disk: never renumber.</summary>
internal enum JournalKind : byte
{
    PutLink = 1,
    RemoveLink = 2,
    PutTag = 3,

    /// <summary>The tag in all classes of Accept.</summary>
    RemoveTag = 4,
}
