namespace EdgeCache.Hosting;

/// <summary>What answers the requests of the pull listener that are not about health. A service, so that tests can put their own in its place.</summary>
internal sealed record PullPipeline(RequestDelegate HandleAsync);
