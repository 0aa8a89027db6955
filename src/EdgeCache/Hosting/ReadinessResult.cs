namespace EdgeCache.Hosting;

/// <summary>One part's answer to whether the node may take requests.</summary>
/// <param name="Detail">What the admin listener shows of it; no secrets.</param>
internal readonly record struct ReadinessResult(bool IsReady, string Detail);
