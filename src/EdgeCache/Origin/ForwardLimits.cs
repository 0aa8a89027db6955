namespace EdgeCache.Origin;

/// <summary>What bounds forwarding: the answer's length, its time, and that no request goes round. Immutable.</summary>
internal sealed record ForwardLimits(long MaxBodyBytes, TimeProvider Time, LoopGuard Loops);
