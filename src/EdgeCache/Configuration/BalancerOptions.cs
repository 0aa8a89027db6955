using System.Net;

namespace EdgeCache.Configuration;

/// <summary>What only a balancer has: where it listens, whom it redirects, and how far it goes for a request.</summary>
internal sealed record BalancerOptions
{
    /// <summary>Where clients pull from through the balancer. At least one.</summary>
    public IReadOnlyList<ListenAddress> Listen { get; init; } = [ListenAddress.Parse("http://127.0.0.1:5080")];

    /// <summary>Where clients pull from who are sent on to a node for blobs.</summary>
    public IReadOnlyList<ListenAddress> RedirectListen { get; init; } = [];

    /// <summary>The networks of clients who are sent on at any listener.</summary>
    public IReadOnlyList<IPNetwork> RedirectNetworks { get; init; } = [];

    /// <summary>How far above the mean of all nodes one may be with its requests in flight. 1.25: issue 4.</summary>
    public double MaxLoad { get; init; } = 1.25;

    /// <summary>How many nodes one request is sent to in all, before its answer begins.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Requests at once that are passed on; one more is answered 503 with Retry-After.</summary>
    public int MaxRequests { get; init; } = 10_000;

    /// <summary>Whether any client may be sent on.</summary>
    public bool Redirects => RedirectListen.Count > 0 || RedirectNetworks.Count > 0;
}
