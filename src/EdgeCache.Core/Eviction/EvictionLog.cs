using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Eviction;

/// <summary>What eviction says: event ids 3400–3449.</summary>
internal static partial class EvictionLog
{
    [LoggerMessage(3400, LogLevel.Debug, "{Objects} objects with {Bytes} bytes were evicted from the pool {Pool}")]
    public static partial void Evicted(ILogger logger, BlobPool pool, long objects, long bytes);

    [LoggerMessage(3401, LogLevel.Warning, "{Digest} could not be evicted")]
    public static partial void RemoverFailed(ILogger logger, Digest digest, Exception? exception);

    [LoggerMessage(3402, LogLevel.Warning, "The pool {Pool} is above its limit and nothing of it can be removed now; the next attempt is in {Seconds:0.0} s")]
    public static partial void Stuck(ILogger logger, BlobPool pool, double seconds);
}
