namespace EdgeCache.Core.Eviction;

/// <summary>What became of a victim.</summary>
public enum VictimOutcome
{
    /// <summary>It is gone, or was gone already: its bytes are free.</summary>
    Removed,

    /// <summary>It is unlinked, but somebody reads it: its bytes are free when <see cref="Evictor.Released"/> says so.</summary>
    Doomed,

    /// <summary>It is being published or otherwise in use: it stays.</summary>
    Busy,

    /// <summary>It could not be unlinked: it stays, and nothing is tried for a while.</summary>
    Failed,
}
