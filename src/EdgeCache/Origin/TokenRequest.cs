namespace EdgeCache.Origin;

/// <summary>
/// What a token is for, and the key it is cached under: an endpoint's token is never shown to another endpoint, nor one realm's to a registry
/// that names another. The upstream and its credentials are those of the <see cref="TokenSource"/>. A value.
/// </summary>
/// <param name="Endpoint">Scheme, host and port of the endpoint that the token is sent to.</param>
/// <param name="Realm">The accepted realm.</param>
/// <param name="Service">The challenge's service; null where it names none.</param>
/// <param name="Scope">Such as <c>repository:library/nginx:pull</c>.</param>
internal readonly record struct TokenRequest(string Endpoint, Uri Realm, string? Service, string Scope)
{
    /// <summary>The realm with the query of Docker's token specification. A query of the realm's own is kept.</summary>
    public Uri ToUri()
    {
        var query = $"scope={Uri.EscapeDataString(Scope)}";
        if (!string.IsNullOrEmpty(Service))
        {
            query = $"service={Uri.EscapeDataString(Service)}&{query}";
        }

        var own = Realm.Query.TrimStart('?');
        return new UriBuilder(Realm) { Query = own.Length == 0 ? query : $"{own}&{query}", Fragment = string.Empty }.Uri;
    }
}
