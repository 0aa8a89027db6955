namespace EdgeCache.Demo;

/// <summary>What <c>edgecache demo</c> was asked for.</summary>
/// <param name="Once">End after the table, instead of leaving the node running.</param>
internal sealed record DemoSettings(bool Once);
