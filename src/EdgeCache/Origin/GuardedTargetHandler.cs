namespace EdgeCache.Origin;

/// <summary>
/// The lowest handler of our own, passed by every hop of every request and by token requests: has the guard judge the target before the
/// framework picks a connection or a proxy for it.
/// </summary>
internal sealed class GuardedTargetHandler(DialGuard guard, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        guard.CheckTarget(request.RequestUri ?? throw new InvalidOperationException("A request without a target."));
        return base.SendAsync(request, cancellationToken);
    }
}
