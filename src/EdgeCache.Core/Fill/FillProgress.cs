using EdgeCache.Core.Caching;

namespace EdgeCache.Core.Fill;

/// <summary>What a reader may do next.</summary>
/// <param name="VisibleBytes">How far the file may be read: the fill's published length, never the file's own.</param>
/// <param name="TotalBytes">The content's length; -1 as long as it is not known.</param>
/// <param name="State">Growing, whole, or failed.</param>
/// <param name="Failure">Why, where it failed.</param>
/// <param name="IsOwnFailure">Whether the failure is the word on the reader's own repository. Else, with an origin's failure, asking anew may do better: another
/// repository was refused, or the body broke off.</param>
/// <param name="Trail">Of the answer that the bytes come from.</param>
public readonly record struct FillProgress(long VisibleBytes, long TotalBytes, FillState State, FillFailure Failure, bool IsOwnFailure = false, CacheTrail Trail = default);
