using System.Net.Http.Headers;
using System.Text;

namespace EdgeCache.Origin;

/// <summary>A user name and password (or access token) for a registry. Its text form shows neither. Immutable.</summary>
internal sealed class RegistryCredentials(string username, string password)
{
    public string Username { get; } = username;

    public string Password { get; } = password;

    /// <summary>The Authorization header of the Basic scheme (RFC 7617), in UTF-8.</summary>
    public AuthenticationHeaderValue ToBasic() =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Username}:{Password}")));

    public override string ToString() => "(credentials)";
}
