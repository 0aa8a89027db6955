using EdgeCache.Core.Fill;

namespace EdgeCache.Origin;

/// <summary>A token, or why there is none. A value.</summary>
/// <param name="Outcome">Found with a token; Unauthorized, RateLimited, Unavailable, Unreachable or BadAnswer without.</param>
/// <param name="Reason">Safe to show: names the realm's host, never a token or query.</param>
internal readonly record struct TokenAnswer(OriginOutcome Outcome, string? Token, string Reason, TimeSpan? RetryAfter = null)
{
    public static TokenAnswer Of(string token) => new(OriginOutcome.Found, token, string.Empty);
}
