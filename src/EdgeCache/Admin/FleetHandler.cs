using EdgeCache.Core.Affinity;
using EdgeCache.Fleet;
using EdgeCache.Routing;
using EdgeCache.Siblings;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeCache.Admin;

/// <summary>
/// Shows the fleet: <c>/fleet</c> on the admin listener asks every member for its status, and <c>/fleet/status</c> on the pull listener gives a sibling this
/// node's own. Registered where there is a fleet. Safe for concurrent use.
/// </summary>
internal sealed class FleetHandler(
    FleetMembers members, NodeStatusReader status, RouteParser routes, IServiceProvider services)
{
    public const string OverviewPath = "/fleet";
    public const string StatusPath = "/fleet/status";

    /// <summary>The query's key for the image whose home is wanted.</summary>
    public const string ImageKey = "image";

    // Both are there only where the nodes share a secret.
    private readonly SiblingGate? _gate = services.GetService<SiblingGate>();
    private readonly MemberStatusClient? _client = services.GetService<MemberStatusClient>();

    /// <summary>Answers a sibling's question for this node's status.</summary>
    /// <returns>Null where it is none: nothing has been written.</returns>
    public Task? TryHandlePull(HttpContext context) =>
        _gate is not null && context.Request.Path.Value == StatusPath
        && _gate.IsSibling(context.Request, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget)
            ? WriteStatusAsync(context) : null;

    /// <summary>Answers the operator.</summary>
    /// <returns>Null where another path is meant.</returns>
    public Task? TryHandleAdmin(HttpContext context) => context.Request.Path.Value == OverviewPath ? WriteOverviewAsync(context) : null;

    private Task WriteStatusAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(status.Read(), FleetJson.Default.NodeStatus, cancellationToken: context.RequestAborted);
    }

    private async Task WriteOverviewAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET";
            return;
        }

        var image = context.Request.Query[ImageKey].ToString();
        IReadOnlyList<string> ranking = [];
        if (image.Length > 0)
        {
            if (!TryFindKey(image, out var key))
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                await context.Response.WriteAsync("no image of a configured upstream\n", context.RequestAborted);
                return;
            }

            ranking = [.. members.Rank(key).Select(member => member.Name)];
        }

        var overview = new FleetOverview(await Task.WhenAll(members.All.Select(member => DescribeAsync(member, context.RequestAborted))), ranking);
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(overview, FleetJson.Default.FleetOverview, cancellationToken: context.RequestAborted);
    }

    private async Task<FleetMember> DescribeAsync(Member member, CancellationToken cancellationToken)
    {
        var own = member.IsSelf ? status.Read() : _client is null ? null : await _client.AskAsync(member, cancellationToken);
        return new FleetMember(member.Name, member.Address.Weight, member.IsSelf, member.State.ToString(), own);
    }

    /// <summary>As a client's reference: with its upstream before it or the default's, with a tag, a digest, or <c>latest</c>.</summary>
    private bool TryFindKey(string image, out AffinityKey key)
    {
        var at = image.IndexOf('@');
        var colon = image.LastIndexOf(':');
        var mark = at >= 0 ? at : colon > image.LastIndexOf('/') ? colon : image.Length;
        var reference = mark < image.Length ? image[(mark + 1)..] : "latest";
        var outcome = routes.Parse($"/v2/{image[..mark]}/manifests/{reference}", string.Empty, out var route);
        key = outcome == RouteOutcome.Found ? AffinityKey.Of(route.Repository, route.Reference) : default;
        return outcome == RouteOutcome.Found;
    }
}
