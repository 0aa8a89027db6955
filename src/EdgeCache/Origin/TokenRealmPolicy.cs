using System.Diagnostics.CodeAnalysis;

namespace EdgeCache.Origin;

/// <summary>
/// Which token realms may be asked for a token (PROTOCOL 5; distribution CVE-2026-33540): https, or http where the endpoint itself is http; on the
/// endpoint's own host, one of its registrable domain, or one that the operator lists. A realm that is refused gets no request at all. Immutable.
/// </summary>
internal sealed class TokenRealmPolicy
{
    private readonly IReadOnlyList<string> _listedHosts;

    /// <param name="listedHosts">Hosts, with a port where only that port is meant (<see cref="UpstreamOptions.TokenRealms"/>).</param>
    public TokenRealmPolicy(IReadOnlyList<string> listedHosts) => _listedHosts = listedHosts;

    /// <summary>Parses and judges the <c>realm</c> of a challenge that came from an endpoint.</summary>
    public bool TryAccept(Uri endpoint, string? realm, [NotNullWhen(true)] out Uri? accepted)
    {
        accepted = null;
        if (!Uri.TryCreate(realm, UriKind.Absolute, out var uri)
            || uri.UserInfo.Length > 0
            || !IsSchemeAllowed(endpoint, uri)
            || !IsHostAllowed(endpoint, uri))
        {
            return false;
        }

        accepted = uri;
        return true;
    }

    private static bool IsSchemeAllowed(Uri endpoint, Uri realm) =>
        realm.Scheme == Uri.UriSchemeHttps || (realm.Scheme == Uri.UriSchemeHttp && endpoint.Scheme == Uri.UriSchemeHttp);

    private bool IsHostAllowed(Uri endpoint, Uri realm) =>
        RegistrableDomain.AreSame(endpoint.IdnHost, realm.IdnHost) || _listedHosts.Any(host => IsHost(host, realm));

    private static bool IsHost(string listed, Uri realm) =>
        listed.Equals(realm.Host, StringComparison.OrdinalIgnoreCase)
        || listed.Equals(realm.IdnHost, StringComparison.OrdinalIgnoreCase)
        || listed.Equals($"{realm.Host}:{realm.Port}", StringComparison.OrdinalIgnoreCase);
}
