using EdgeCache.Core.Fill;

namespace EdgeCache.Origin;

/// <summary>
/// The top of the handler chain: everything up to the answer's headers — a free connection, the dial, TLS, redirects, a token — must be done within the
/// header time-out. The body has its own (<see cref="StallGuardStream"/>).
/// </summary>
internal sealed class HeaderDeadline(TimeSpan timeout, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await base.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UpstreamFaultException(OriginOutcome.Unreachable, "no answer within the header time-out");
        }
    }
}
