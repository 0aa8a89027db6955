using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace EdgeCache.Testing.Origin;

/// <summary>
/// The token server at an origin's <c>/token</c>: opaque tokens that hold for the scopes they were asked for. Faults in its answers are
/// scripted with <see cref="When.Token"/>. Safe for concurrent use.
/// </summary>
public sealed class TokenServer(TimeProvider time)
{
    private const int MaxTokens = 100_000;

    // Protects _tokens and _issued.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Scopes, DateTimeOffset Expires)> _tokens = [];
    private int _issued;

    public TokenField Field { get; set; } = TokenField.Token;

    /// <summary>What <c>expires_in</c> says; null leaves it out, and the token then holds for 60 s.</summary>
    public TimeSpan? Lifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Another value for <c>expires_in</c>, such as <c>-1</c> or text, whatever the real lifetime.</summary>
    public JsonNode? RawExpiresIn { get; set; }

    public int Issued
    {
        get
        {
            lock (_gate)
            {
                return _issued;
            }
        }
    }

    /// <summary>Makes every token that was given so far void.</summary>
    public void RevokeAll()
    {
        lock (_gate)
        {
            _tokens.Clear();
        }
    }

    internal OriginReply Answer(OriginRequest request, OriginAuth auth)
    {
        if (auth.Username is not null && !IsBasic(request.Authorization, auth))
        {
            return OriginReply.Error(401, "UNAUTHORIZED");
        }

        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(request.Query);
        var token = Issue(string.Join(' ', query["scope"].ToArray()));
        var body = new JsonObject();
        if (Field is TokenField.Token or TokenField.Both)
        {
            body["token"] = token;
        }

        if (Field is TokenField.AccessToken or TokenField.Both)
        {
            body["access_token"] = token;
        }

        if (RawExpiresIn is not null)
        {
            body["expires_in"] = RawExpiresIn.DeepClone();
        }
        else if (Lifetime is { } lifetime)
        {
            body["expires_in"] = (long)lifetime.TotalSeconds;
        }

        return OriginReply.Json(body);
    }

    /// <summary>Whether an Authorization header carries a token that holds for pulling from a repository (any token where it is empty).</summary>
    internal bool IsGranted(string? authorization, string repository)
    {
        if (authorization is null || !authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        lock (_gate)
        {
            return _tokens.TryGetValue(authorization["Bearer ".Length..], out var token)
                && time.GetUtcNow() < token.Expires
                && (repository.Length == 0 || token.Scopes.Split(' ').Any(scope => GrantsPull(scope, repository)));
        }
    }

    internal static bool IsBasic(string? authorization, OriginAuth auth) =>
        authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{auth.Username}:{auth.Password}"));

    private string Issue(string scopes)
    {
        lock (_gate)
        {
            if (_tokens.Count == MaxTokens)
            {
                throw new InvalidOperationException($"The origin was asked for more than {MaxTokens} tokens.");
            }

            var token = "token-" + (++_issued).ToString(CultureInfo.InvariantCulture);
            _tokens[token] = (scopes, time.GetUtcNow() + (Lifetime ?? TimeSpan.FromSeconds(60)));
            return token;
        }
    }

    private static bool GrantsPull(string scope, string repository)
    {
        var prefix = $"repository:{repository}:";
        return scope.StartsWith(prefix, StringComparison.Ordinal) && scope[prefix.Length..].Split(',').Contains("pull");
    }
}
