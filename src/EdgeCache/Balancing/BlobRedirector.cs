using System.Net;
using EdgeCache.Configuration;
using EdgeCache.Core.Affinity;
using EdgeCache.Fleet;
using EdgeCache.Routing;

namespace EdgeCache.Balancing;

/// <summary>
/// Sends clients on to the node that is home for a blob, so that its bytes do not pass the balancer. The path names the upstream and a ticket replaces the
/// credentials, since clients drop Host, <c>ns</c> and Authorization where the host changes. Safe for concurrent use.
/// </summary>
internal sealed class BlobRedirector
{
    private readonly MemberChoice _choice;
    private readonly RedirectLeases _leases;
    private readonly RouteParser _parser;
    private readonly BalancerOptions _options;
    private readonly FleetSecret? _secret;
    private readonly TimeProvider _time;

    public BlobRedirector(
        MemberChoice choice, RedirectLeases leases, RouteParser parser, BalancerOptions options, TimeProvider time, FleetSecret? secret = null)
    {
        _choice = choice;
        _leases = leases;
        _parser = parser;
        _options = options;
        _time = time;
        _secret = secret;
    }

    /// <summary>Answers 307 where this client may be sent on for this request, and a node that it can go to is ready.</summary>
    /// <param name="isListeners">Whether the listener sends everybody on.</param>
    /// <returns>False: nothing has been written, and the request is to be passed on.</returns>
    public bool TryRedirect(HttpContext context, in OciRoute route, bool isListeners)
    {
        if (_secret is null || route.Kind != OciRouteKind.Blob || !(isListeners || IsInNetwork(context.Connection.RemoteIpAddress)))
        {
            return false;
        }

        var member = _choice.Enter(AffinityKey.Of(route.Reference.Digest), [], out _);
        if (member is null)
        {
            return false;
        }

        var path = $"{PullTicket.Root}{route.Repository.Upstream}/{route.Repository.Repository}/blobs/{route.Reference}";
        if (member.State != MemberState.Ready || !IsSafe(context.Request, member) || !IsReadAlike(member, path, route))
        {
            member.Leave();
            return false;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            member.Leave();
        }
        else
        {
            _leases.Add(member);
        }

        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = member.Name + PullTicket.AddTo(path, _secret, _time.GetUtcNow());
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        context.Response.ContentLength = 0;
        return true;
    }

    private bool IsInNetwork(IPAddress? client)
    {
        if (client is null || _options.RedirectNetworks.Count == 0)
        {
            return false;
        }

        // A listener of both families shows IPv4 clients so.
        var address = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        return _options.RedirectNetworks.Any(network => network.Contains(address));
    }

    /// <summary>Who came by https goes on by https.</summary>
    private static bool IsSafe(HttpRequest request, Member member) => !request.IsHttps || member.Address.Url.Scheme == Uri.UriSchemeHttps;

    /// <summary>The node's own host name may mean another upstream, and then says so before the path does.</summary>
    private bool IsReadAlike(Member member, string path, in OciRoute route) =>
        _parser.Parse(path, member.Address.Url.Authority, out var read) == RouteOutcome.Found
        && read.Kind == route.Kind && read.Repository == route.Repository && read.Reference == route.Reference;
}
