using EdgeCache.Core.Fill;

namespace EdgeCache.Serving;

/// <summary>The word of metrics and access log for a failure: a closed set, never text of a client or an upstream.</summary>
internal static class FailureReason
{
    public static string Of(in FillFailure failure) => failure.Source switch
    {
        FailureSource.Store => "store",
        FailureSource.Limit => "limit",
        FailureSource.Internal => "internal",
        _ => failure.Outcome switch
        {
            OriginOutcome.NotFound => "not_found",
            OriginOutcome.Unauthorized => "unauthorized",
            OriginOutcome.Denied => "denied",
            OriginOutcome.RateLimited => "rate_limited",
            OriginOutcome.Loop => "loop",
            OriginOutcome.BadAnswer => "bad_answer",
            OriginOutcome.Unreachable => "unreachable",
            OriginOutcome.Offline => "offline",
            _ => "unavailable",
        },
    };
}
