namespace EdgeCache.Origin;

/// <summary>Counts a body's bytes, and holds a body that breaks off against its endpoint. One for each body.</summary>
internal sealed class BodyObserver(Upstream upstream, UpstreamEndpoint endpoint, OriginKind kind, EndpointPool pool, OriginMetrics metrics, ILogger log)
    : IBodyObserver
{
    /// <summary>What brought so much works: a line that breaks now and then is no endpoint to be left alone (<see cref="Core.Fill.FillOptions.ProgressBytes"/>).</summary>
    private const long ProgressBytes = 1 << 20;

    private long _bytes;

    public void BytesRead(int bytes)
    {
        _bytes += bytes;
        metrics.RecordBytes(upstream.Name, kind, bytes);
    }

    public void BodyBroken(string reason)
    {
        pool.Report(endpoint, _bytes >= ProgressBytes ? EndpointSignal.Neutral : EndpointSignal.Silent);
        OriginLog.BodyBroken(log, upstream.Name, endpoint.Authority, _bytes, reason);
    }
}
