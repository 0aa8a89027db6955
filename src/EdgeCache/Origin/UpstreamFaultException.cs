using EdgeCache.Core.Fill;

namespace EdgeCache.Origin;

/// <summary>
/// Carries a failure that a handler found out of the handler chain, whose only results are a response and an exception (and through YARP's
/// forwarder, which shares the chain). It never leaves this room: <see cref="OriginClient"/> and <see cref="UpstreamForwarder"/> turn it into an outcome.
/// The message is safe to show: no credentials, no query strings.
/// </summary>
internal sealed class UpstreamFaultException : Exception
{
    public UpstreamFaultException(OriginOutcome outcome, string reason, TimeSpan? retryAfter = null)
        : base(reason)
    {
        Outcome = outcome;
        RetryAfter = retryAfter;
    }

    public OriginOutcome Outcome { get; }

    public TimeSpan? RetryAfter { get; }

    /// <summary>The fault itself or the one that the framework wrapped, as it does with what a connect callback throws; null where there is none.</summary>
    public static UpstreamFaultException? Find(Exception? exception)
    {
        while (exception is not null and not UpstreamFaultException)
        {
            exception = exception.InnerException;
        }

        return (UpstreamFaultException?)exception;
    }
}
