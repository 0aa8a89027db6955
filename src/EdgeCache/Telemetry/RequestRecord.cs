using EdgeCache.Core.Caching;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Routing;

namespace EdgeCache.Telemetry;

/// <summary>
/// What one request to the pull listener turned out to be: <see cref="RequestTelemetry"/> lends it with the request, the handler fills it in,
/// metrics and access log read it when the request has ended. Found with <c>context.Features.Get&lt;RequestRecord&gt;()</c>. Used by one request
/// at a time; never held after it.
/// </summary>
internal sealed class RequestRecord
{
    /// <summary>What was asked for; null where the target is no route of ours.</summary>
    public OciRouteKind? Kind { get; private set; }

    public RepositoryKey Repository { get; private set; }

    public Reference Reference { get; private set; }

    public CacheResult Result { get; set; }

    /// <summary>One word on why it was not cached or not served, of a closed set (never client text); empty where all is well.</summary>
    public string Reason { get; set; } = string.Empty;

    /// <summary>How far the request may go for what is not here.</summary>
    public FetchScope Scope { get; set; }

    /// <summary>The body's bytes that were sent to the client, so far.</summary>
    public long SentBytes { get; set; }

    /// <summary>Set by whoever sees the response end early: the connection itself cannot tell which side gave up.</summary>
    public ResponseEnd End { get; set; }

    /// <summary>Sets what the target was parsed to.</summary>
    public void SetRoute(in OciRoute route)
    {
        Kind = route.Kind;
        Repository = route.Repository;
        Reference = route.Reference;
    }

    internal void Clear()
    {
        Kind = null;
        Repository = default;
        Reference = default;
        Result = CacheResult.None;
        Reason = string.Empty;
        Scope = FetchScope.Anywhere;
        SentBytes = 0;
        End = ResponseEnd.Normal;
    }
}
