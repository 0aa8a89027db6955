namespace EdgeCache.Core.Blobs;

/// <summary>What a check of a stored file found.</summary>
public enum CheckOutcome
{
    /// <summary>The bytes have their digest.</summary>
    Sound,

    /// <summary>They do not, or cannot be read.</summary>
    Damaged,

    /// <summary>There is no such file any more.</summary>
    Absent,

    /// <summary>Nobody can tell now: the process has too many files open, or the like.</summary>
    Unknown,
}
