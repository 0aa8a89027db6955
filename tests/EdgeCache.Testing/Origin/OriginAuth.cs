namespace EdgeCache.Testing.Origin;

/// <summary>How an origin authenticates. Immutable; assign another to <see cref="FakeOrigin.Auth"/> at any time.</summary>
public sealed record OriginAuth
{
    public static OriginAuth None { get; } = new();

    public OriginAuthMode Mode { get; init; }

    /// <summary>The user; for Bearer, null where tokens are given to anybody.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    public ChallengeFormat Challenge { get; init; }

    public string Service { get; init; } = "fake-origin";

    /// <summary>The realm that the challenge names; null is the origin's own <c>/token</c>.</summary>
    public Uri? Realm { get; init; }

    /// <summary>Challenges in place of the ones of <see cref="Challenge"/>, each in a header of its own.</summary>
    public IReadOnlyList<string>? RawChallenges { get; init; }

    public static OriginAuth Basic(string username, string password) =>
        new() { Mode = OriginAuthMode.Basic, Username = username, Password = password };

    public static OriginAuth Bearer(string? username = null, string? password = null) =>
        new() { Mode = OriginAuthMode.Bearer, Username = username, Password = password };

    /// <summary>The WWW-Authenticate headers for a request without the right.</summary>
    internal IReadOnlyList<string> CreateChallenges(OriginRequest request, Uri origin)
    {
        if (RawChallenges is not null)
        {
            return RawChallenges;
        }

        var basic = $"Basic realm=\"{Service}\"";
        if (Mode == OriginAuthMode.Basic)
        {
            return Challenge == ChallengeFormat.LowerCase ? [basic.ToLowerInvariant()] : [basic];
        }

        var realm = Realm ?? new Uri(origin, "/token");
        var bearer = $"Bearer realm=\"{realm}\",service=\"{Service}\"";
        if (request.Repository.Length > 0)
        {
            bearer += $",scope=\"repository:{request.Repository}:{(Challenge == ChallengeFormat.QuotedCommas ? "pull,push" : "pull")}\"";
        }

        return Challenge switch
        {
            ChallengeFormat.TwoHeaders => [basic, bearer],
            ChallengeFormat.OneHeaderForBoth => [$"{basic}, {bearer}"],
            ChallengeFormat.LowerCase => ["bearer" + bearer["Bearer".Length..]],
            ChallengeFormat.QuotedCommas => [bearer + ",error=\"invalid_token, or \\\"none\\\"\""],
            ChallengeFormat.Spaced => [bearer.Replace(",", " , ", StringComparison.Ordinal)],
            _ => [bearer],
        };
    }
}
