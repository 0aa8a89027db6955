using System.Net.Sockets;
using EdgeCache.Core.Fill;

namespace EdgeCache.Origin;

/// <summary>What an exception of the handler chain means. A value.</summary>
/// <param name="Reason">Safe to show: the framework's messages name hosts at most, but are left out all the same.</param>
internal readonly record struct AttemptFailure(OriginOutcome Outcome, EndpointSignal Signal, string Reason, TimeSpan? RetryAfter)
{
    /// <param name="exception">Anything but the caller's own cancellation.</param>
    public static AttemptFailure Of(Exception? exception)
    {
        if (UpstreamFaultException.Find(exception) is { } fault)
        {
            return new AttemptFailure(fault.Outcome, AnswerRules.SignalOf(fault.Outcome), fault.Message, fault.RetryAfter);
        }

        return exception switch
        {
            HttpRequestException failure => Of(failure.HttpRequestError),

            // Of a connection that was reset as soon as it stood: the framework wraps every other.
            SocketException => Of(HttpRequestError.ConnectionError),

            // The framework's own time-out of connecting, TLS included.
            OperationCanceledException { InnerException: TimeoutException } => Of(HttpRequestError.ConnectionError),
            _ => new AttemptFailure(OriginOutcome.Unreachable, EndpointSignal.Silent, "the connection to the upstream broke", null),
        };
    }

    public OriginAnswer ToAnswer(UpstreamEndpoint endpoint) =>
        new(Outcome) { Endpoint = endpoint.Authority, Reason = Reason, RetryAfter = RetryAfter };

    private static AttemptFailure Of(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError =>
            new(OriginOutcome.Unreachable, EndpointSignal.Unreachable, "the upstream's name cannot be resolved", null),
        HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError =>
            new(OriginOutcome.Unreachable, EndpointSignal.Unreachable, "the upstream cannot be reached", null),
        HttpRequestError.SecureConnectionError =>
            new(OriginOutcome.Unreachable, EndpointSignal.Unreachable, "the TLS connection to the upstream failed", null),
        HttpRequestError.ConfigurationLimitExceeded =>
            new(OriginOutcome.BadAnswer, EndpointSignal.Neutral, "the upstream's headers are too long", null),
        HttpRequestError.InvalidResponse =>
            new(OriginOutcome.BadAnswer, EndpointSignal.Failed, "the upstream's answer is malformed", null),
        _ => new(OriginOutcome.Unreachable, EndpointSignal.Silent, "the connection to the upstream broke", null),
    };
}
