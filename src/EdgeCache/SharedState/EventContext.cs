using EdgeCache.Core.Fill;

namespace EdgeCache.SharedState;

/// <summary>What events need of the node besides Redis and its handlers.</summary>
/// <param name="Tags">The shared tags, where there are any.</param>
internal sealed record EventContext(ISharedTags? Tags, RedisMetrics Metrics, TimeProvider Time, ILogger<FleetEvents> Log);
