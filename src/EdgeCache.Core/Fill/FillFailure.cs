namespace EdgeCache.Core.Fill;

/// <summary>Why content could not be had, in the terms that Serving maps to a status.</summary>
/// <param name="Outcome">The kind; never Found.</param>
/// <param name="Reason">Safe to show to a client.</param>
/// <param name="RetryAfter">When a retry may help, where somebody said so.</param>
public readonly record struct FillFailure(FailureSource Source, OriginOutcome Outcome, string Reason, TimeSpan? RetryAfter = null)
{
    /// <summary>The failure that an upstream's answer is.</summary>
    public static FillFailure From(OriginAnswer answer) => new(FailureSource.Origin, answer.Outcome, answer.Reason, answer.RetryAfter);
}
