namespace EdgeCache.SharedState;

/// <summary>What came of one call. A value; <c>default</c> is a call that got no answer, for whatever reason.</summary>
internal readonly record struct RedisAnswer<T>(bool IsAnswered, T? Value);
