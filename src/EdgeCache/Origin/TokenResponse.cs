using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace EdgeCache.Origin;

/// <summary>What a token server's 200 says: the token and how long it may be used from now on (PROTOCOL 4). Immutable.</summary>
internal sealed record TokenResponse(string Token, TimeSpan Lifetime)
{
    /// <summary>Without <c>expires_in</c> (Docker's token specification).</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(60);

    /// <summary>Longer than any registry's, so that no token is immortal; ECR Public's live 12 hours.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(12);

    // A header field of a request; the largest seen, of registries that put group claims into it, are some 10 KiB.
    private const int MaxTokenLength = 32 * 1024;

    /// <param name="utcNow">The wall clock, only to be compared with <c>issued_at</c>.</param>
    public static bool TryParse(ReadOnlyMemory<byte> json, DateTimeOffset utcNow, [NotNullWhen(true)] out TokenResponse? response)
    {
        response = null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            var token = Text(root, "token") is { Length: > 0 } text ? text : Text(root, "access_token");
            if (token is not { Length: > 0 and <= MaxTokenLength } || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                return false;
            }

            response = new TokenResponse(token, Remaining(root, utcNow));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>
    /// <c>expires_in</c> counts from <c>issued_at</c>, since a token server may hand out one that it made earlier. An issue time in the future, or
    /// one that leaves nothing, tells of clocks that differ and not of the token: it is left out, and the registry's 401 is the judge.
    /// </summary>
    private static TimeSpan Remaining(JsonElement root, DateTimeOffset utcNow)
    {
        var lifetime = DefaultLifetime;
        if (root.TryGetProperty("expires_in", out var expires) && expires.ValueKind == JsonValueKind.Number
            && expires.TryGetDouble(out var seconds) && seconds >= 1)
        {
            lifetime = seconds < MaxLifetime.TotalSeconds ? TimeSpan.FromSeconds(seconds) : MaxLifetime;
        }

        if (Text(root, "issued_at") is { } issued
            && DateTimeOffset.TryParse(issued, null, System.Globalization.DateTimeStyles.AssumeUniversal, out var issuedAt))
        {
            var age = utcNow - issuedAt;
            if (age > TimeSpan.Zero && age < lifetime)
            {
                return lifetime - age;
            }
        }

        return lifetime;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
