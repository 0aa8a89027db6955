namespace EdgeCache.Core.Fill;

/// <summary>What a fetch may spend of an upstream's budget: the last of it is kept for those who wait for bytes.</summary>
public enum FetchPriority
{
    /// <summary>A client waits for what is not here.</summary>
    Interactive,

    /// <summary>Nobody waits, or who does can have what is held.</summary>
    Background,
}
