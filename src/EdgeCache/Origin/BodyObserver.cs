namespace EdgeCache.Origin;

/// <summary>Counts a body's bytes, and holds a body that breaks off against its endpoint. One for each body.</summary>
internal sealed class BodyObserver(Upstream upstream, UpstreamEndpoint endpoint, EndpointPool pool, OriginMetrics metrics, ILogger log)
    : IBodyObserver
{
    private long _bytes;

    public void BytesRead(int bytes)
    {
        _bytes += bytes;
        metrics.RecordBytes(upstream.Name, bytes);
    }

    public void BodyBroken(string reason)
    {
        pool.Report(endpoint, EndpointSignal.Silent);
        OriginLog.BodyBroken(log, upstream.Name, endpoint.Authority, _bytes, reason);
    }
}
