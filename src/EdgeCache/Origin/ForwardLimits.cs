namespace EdgeCache.Origin;

/// <summary>What bounds a forwarded answer. Immutable.</summary>
internal sealed record ForwardLimits(long MaxBodyBytes, TimeProvider Time);
