namespace EdgeCache.Core.Caching;

/// <summary>What an upstream's answer tells of the caches that it came through; default where it tells of none. A value.</summary>
/// <param name="Age">How old the answer was when it came (RFC 9111, section 5.1): never negative, bounded by who read it.</param>
/// <param name="Members">What those caches say of themselves (RFC 9211, section 2), well-formed and bounded; null for nothing.</param>
public readonly record struct CacheTrail(TimeSpan Age, string? Members);
