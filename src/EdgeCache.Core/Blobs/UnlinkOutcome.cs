namespace EdgeCache.Core.Blobs;

/// <summary>What became of a blob's bytes when its name was removed.</summary>
public enum UnlinkOutcome
{
    /// <summary>There was no such file.</summary>
    Absent,

    /// <summary>The bytes are free.</summary>
    Freed,

    /// <summary>A reader still holds them; they are free when it leaves.</summary>
    Doomed,
}
