namespace EdgeCache.Origin;

/// <summary>What the handler chain has to know of a request besides the request: carried in its options, never sent.</summary>
/// <param name="Endpoint">The endpoint it is meant for.</param>
/// <param name="Scope">The scope of the token it may need.</param>
internal sealed record UpstreamExchange(UpstreamEndpoint Endpoint, string Scope)
{
    private static readonly HttpRequestOptionsKey<UpstreamExchange> Key = new("edgecache.exchange");

    public void AttachTo(HttpRequestMessage request) => request.Options.Set(Key, this);

    /// <exception cref="InvalidOperationException">A request that was not made for this chain.</exception>
    public static UpstreamExchange Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var exchange) ? exchange : throw new InvalidOperationException("A request without its exchange.");
}
