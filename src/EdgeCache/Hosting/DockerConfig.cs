using System.Text;
using System.Text.Json;

namespace EdgeCache.Hosting;

/// <summary>
/// The credentials of a Docker config.json: the <c>auths</c> object, whose keys are hosts or URLs and whose <c>auth</c> is base64 of
/// <c>user:password</c>. Credential helpers are not run: they are programs of the user's desk, not of a server. Immutable.
/// </summary>
internal sealed class DockerConfig
{
    public const string Problem = "allowed: a Docker config.json";

    private readonly Dictionary<string, (string Username, string Password)> _auths;

    private DockerConfig(Dictionary<string, (string Username, string Password)> auths) => _auths = auths;

    /// <returns>Null where the file cannot be read or is no such configuration.</returns>
    public static DockerConfig? TryRead(string path)
    {
        try
        {
            return TryParse(File.ReadAllBytes(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static DockerConfig? TryParse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var auths = new Dictionary<string, (string, string)>(StringComparer.OrdinalIgnoreCase);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            if (document.RootElement.TryGetProperty("auths", out var entries) && entries.ValueKind == JsonValueKind.Object)
            {
                foreach (var entry in entries.EnumerateObject())
                {
                    if (Credentials(entry.Value) is { } credentials)
                    {
                        auths[HostOf(entry.Name)] = credentials;
                    }
                }
            }

            return new DockerConfig(auths);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Finds the credentials of a host (with its port, where that is not the scheme's).</summary>
    public bool TryFind(string host, out string username, out string password)
    {
        // Docker files its Hub's credentials under https://index.docker.io/v1/ (docker login's default).
        var isFound = _auths.TryGetValue(host, out var found)
            || (host is "docker.io" or "registry-1.docker.io" && (_auths.TryGetValue("index.docker.io", out found) || _auths.TryGetValue("docker.io", out found)));
        (username, password) = isFound ? found : (string.Empty, string.Empty);
        return isFound;
    }

    private static string HostOf(string key)
    {
        var start = key.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0;
        var end = key.IndexOf('/', start);
        return end < 0 ? key[start..] : key[start..end];
    }

    private static (string Username, string Password)? Credentials(JsonElement entry)
    {
        if (Text(entry, "username") is { } name && Text(entry, "password") is { } password)
        {
            return (name, password);
        }

        var encoded = Text(entry, "auth") ?? string.Empty;
        var decoded = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, decoded, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(decoded, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < pair.Length - 1 ? (pair[..colon], pair[(colon + 1)..]) : null;
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;
}
