namespace EdgeCache.Core.Fill;

/// <summary>Where a failure comes from.</summary>
public enum FailureSource
{
    /// <summary>The upstream registry, or the way to it.</summary>
    Origin,

    /// <summary>The local disk or index.</summary>
    Store,

    /// <summary>A limit of this node: fills, readers, waiters.</summary>
    Limit,

    /// <summary>A fault of this program.</summary>
    Internal,
}
