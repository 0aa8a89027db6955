using System.Text;
using System.Text.Json;
using EdgeCache.Core.Oci;

namespace EdgeCache.Origin;

/// <summary>
/// Reads the <c>auths</c> of a Docker config.json: <c>auth</c> (Base64 of user:password) or <c>username</c> and <c>password</c>. Credential helpers
/// are programs that would have to be run: they are refused by name. Stateless; nothing of the content gets into a reason.
/// </summary>
internal static class DockerConfigFile
{
    // A person's has some KiB.
    private const long MaxFileBytes = 1024 * 1024;

    private const string DockerHubKey = "https://index.docker.io/v1/";

    /// <summary>The file's text; null where it cannot be read, or is longer than any such file.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            return new FileInfo(path).Length <= MaxFileBytes ? File.ReadAllText(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="json">The file's text.</param>
    /// <param name="host">The registry's host, with its port where it has one that is not the scheme's.</param>
    /// <param name="credentials">Set where the outcome is Found.</param>
    /// <param name="reason">Why, for Unsupported and Malformed.</param>
    public static DockerConfigOutcome TryGet(string json, string host, out RegistryCredentials? credentials, out string reason)
    {
        credentials = null;
        reason = string.Empty;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Find(document.RootElement, host, out credentials, out reason)
                : Fail(DockerConfigOutcome.Malformed, "The Docker configuration is not a JSON object.", out reason);
        }
        catch (JsonException exception)
        {
            return Fail(DockerConfigOutcome.Malformed, $"The Docker configuration is not JSON (line {exception.LineNumber + 1}).", out reason);
        }
    }

    private static DockerConfigOutcome Find(JsonElement root, string host, out RegistryCredentials? credentials, out string reason)
    {
        credentials = null;
        if (TryGetMember(root, "credHelpers", host, out var helper))
        {
            return Fail(
                DockerConfigOutcome.Unsupported,
                $"'{host}' has the credential helper '{helper}'; set Username and Password instead, helpers are not run.",
                out reason);
        }

        if (TryGetMember(root, "auths", host, out var entry))
        {
            return entry.ValueKind == JsonValueKind.Object
                ? ReadEntry(root, entry, host, out credentials, out reason)
                : Fail(DockerConfigOutcome.Malformed, $"The entry of '{host}' is not a JSON object.", out reason);
        }

        return Fail(DockerConfigOutcome.NotFound, string.Empty, out reason);
    }

    private static DockerConfigOutcome ReadEntry(
        JsonElement root, JsonElement entry, string host, out RegistryCredentials? credentials, out string reason)
    {
        credentials = null;
        reason = string.Empty;
        if (Text(entry, "identitytoken") is { Length: > 0 })
        {
            return Fail(DockerConfigOutcome.Unsupported, $"'{host}' has an identity token; set Username and Password instead.", out reason);
        }

        if (Text(entry, "auth") is { Length: > 0 } auth)
        {
            credentials = Decode(auth);
            return credentials is not null
                ? DockerConfigOutcome.Found
                : Fail(DockerConfigOutcome.Malformed, $"The 'auth' of '{host}' is not the Base64 text of user:password.", out reason);
        }

        if (Text(entry, "username") is { Length: > 0 } username && Text(entry, "password") is { } password)
        {
            credentials = new RegistryCredentials(username, password);
            return DockerConfigOutcome.Found;
        }

        // Docker leaves an empty entry behind where a credentials store keeps the secret.
        return Text(root, "credsStore") is { Length: > 0 } store
            ? Fail(
                DockerConfigOutcome.Unsupported,
                $"The secret of '{host}' is in the credentials store '{store}'; set Username and Password instead.",
                out reason)
            : DockerConfigOutcome.NotFound;
    }

    private static RegistryCredentials? Decode(string auth)
    {
        var bytes = new byte[auth.Length];
        if (!Convert.TryFromBase64String(auth, bytes, out var length))
        {
            return null;
        }

        // Old Docker clients pad the secret with zero bytes.
        var text = Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0');
        var colon = text.IndexOf(':');
        return colon > 0 ? new RegistryCredentials(text[..colon], text[(colon + 1)..]) : null;
    }

    private static bool TryGetMember(JsonElement root, string section, string host, out JsonElement entry)
    {
        entry = default;
        if (!root.TryGetProperty(section, out var members) || members.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var member in members.EnumerateObject())
        {
            if (IsHost(member.Name, host))
            {
                entry = member.Value;
                return true;
            }
        }

        return false;
    }

    /// <summary>Keys are hosts, or URLs of which the host counts; Docker Hub's is a URL of its old index.</summary>
    private static bool IsHost(string key, string host)
    {
        if (DockerHubNames.IsDockerHub(host))
        {
            return key.Equals(DockerHubKey, StringComparison.OrdinalIgnoreCase) || DockerHubNames.IsDockerHub(HostOf(key));
        }

        return HostOf(key).Equals(host, StringComparison.OrdinalIgnoreCase);
    }

    private static string HostOf(string key)
    {
        var start = key.IndexOf("://", StringComparison.Ordinal);
        var host = start < 0 ? key : key[(start + 3)..];
        var slash = host.IndexOf('/');
        return slash < 0 ? host : host[..slash];
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DockerConfigOutcome Fail(DockerConfigOutcome outcome, string why, out string reason)
    {
        reason = why;
        return outcome;
    }
}
