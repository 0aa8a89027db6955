namespace EdgeCache.Origin;

/// <summary>One challenge of a WWW-Authenticate header (RFC 9110, 11.3). Immutable.</summary>
/// <param name="Scheme">The scheme as it was written; compare without case.</param>
/// <param name="Token68">The token68 form of credentials, where the challenge has that instead of parameters.</param>
/// <param name="Parameters">The parameters, unquoted; names compare without case. The first of a repeated name counts.</param>
internal sealed record AuthChallenge(string Scheme, string? Token68, IReadOnlyDictionary<string, string> Parameters)
{
    public bool Is(string scheme) => Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    public string? Parameter(string name) => Parameters.GetValueOrDefault(name);
}
