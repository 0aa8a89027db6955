using EdgeCache.Core.Caching;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeCache.Balancing;

/// <summary>What became of an attempt, and whether another member may do better. Pure.</summary>
internal static class AttemptRules
{
    /// <summary>Whether the request is still to be answered.</summary>
    public static bool IsOpen(AttemptOutcome outcome) =>
        outcome is AttemptOutcome.Unreachable or AttemptOutcome.Broken or AttemptOutcome.Silent or AttemptOutcome.Busy;

    /// <summary>
    /// Whether an answer tells of the member's own trouble. Who says by <c>fwd</c> that it asked an upstream tells of that: the next member would ask the same
    /// upstream again, against its limits. Who says nothing is no node at all, but something before it.
    /// </summary>
    /// <param name="cacheStatus">The answer's Cache-Status (RFC 9211), whose last member is the node's; empty where it has none.</param>
    public static bool IsMembersOwnFailure(int status, string cacheStatus) =>
        status is StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout
        && !cacheStatus.AsSpan(cacheStatus.LastIndexOf(',') + 1).Contains(CacheStatus.ForwardParameter, StringComparison.Ordinal);

    /// <param name="hasBegun">Whether the client's answer has begun.</param>
    /// <param name="isGivenUp">Whether the attempt was given up since the member is silent.</param>
    /// <param name="clientLeft">Whether the client's connection has ended.</param>
    public static AttemptOutcome OfError(ForwarderError error, Exception? exception, bool hasBegun, bool isGivenUp, bool clientLeft)
    {
        var isCancelled = error is ForwarderError.RequestCanceled or ForwarderError.ResponseBodyCanceled;
        if (error == ForwarderError.ResponseBodyClient || (isCancelled && clientLeft && !isGivenUp))
        {
            return AttemptOutcome.ClientLeft;
        }

        return hasBegun ? AttemptOutcome.Cut
            : isGivenUp ? AttemptOutcome.Silent
            : IsNoConnection(exception) ? AttemptOutcome.Unreachable
            : AttemptOutcome.Broken;
    }

    private static bool IsNoConnection(Exception? exception) => exception is
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        }
        // The handler's own time-out to connect.
        or OperationCanceledException { InnerException: TimeoutException };
}
