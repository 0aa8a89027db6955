namespace EdgeCache.Origin;

/// <summary>How a forwarded request ended. For Sent and Aborted there is nothing left to do; else the response is untouched and the caller writes it.</summary>
/// <param name="Reason">Safe to show to a client.</param>
internal readonly record struct ForwardResult(ForwardOutcome Outcome, string Reason, TimeSpan? RetryAfter = null);
