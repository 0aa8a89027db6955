namespace EdgeCache.Routing;

/// <summary>
/// Which endpoint of the OCI distribution specification ("Endpoints") a path names, and the texts of its name and reference, not yet checked.
/// A reference has no slash, so that the last two segments decide: <c>a/blobs/b/manifests/latest</c> is the tag latest of a/blobs/b.
/// </summary>
internal readonly ref struct EndpointPath
{
    private EndpointPath(OciRouteKind kind, ReadOnlySpan<char> name, ReadOnlySpan<char> reference)
    {
        Kind = kind;
        Name = name;
        Reference = reference;
    }

    public OciRouteKind Kind { get; }

    public ReadOnlySpan<char> Name { get; }

    public ReadOnlySpan<char> Reference { get; }

    /// <param name="path">What follows <c>/v2/</c> and the upstream's prefix.</param>
    public static RouteOutcome TryParse(ReadOnlySpan<char> path, out EndpointPath endpoint)
    {
        endpoint = default;
        if (path is "_catalog")
        {
            endpoint = new EndpointPath(OciRouteKind.Catalog, default, default);
            return RouteOutcome.Found;
        }

        var parent = TakeLast(path, out var last);
        var name = TakeLast(parent, out var word);
        if (word is "uploads" && (name is "blobs" || name.EndsWith("/blobs")))
        {
            return RouteOutcome.UnknownUpload;
        }

        OciRouteKind? kind = word switch
        {
            "manifests" => OciRouteKind.Manifest,
            "blobs" => OciRouteKind.Blob,
            "referrers" => OciRouteKind.Referrers,
            "tags" when last is "list" => OciRouteKind.TagsList,
            _ => null,
        };
        if (kind is not { } known)
        {
            return RouteOutcome.UnknownEndpoint;
        }

        if (known == OciRouteKind.Blob && last is "uploads")
        {
            return RouteOutcome.UnknownUpload;
        }

        endpoint = new EndpointPath(known, name, last);
        return RouteOutcome.Found;
    }

    /// <summary>Whether a path that an upstream's prefix was taken off still names something within that upstream.</summary>
    public static bool HasName(ReadOnlySpan<char> path) => TryParse(path, out var endpoint) switch
    {
        RouteOutcome.Found => endpoint.Kind == OciRouteKind.Catalog || !endpoint.Name.IsEmpty,
        RouteOutcome.UnknownUpload => true,
        _ => false,
    };

    /// <summary>Cuts the last segment off; the rest is empty where there is only one.</summary>
    private static ReadOnlySpan<char> TakeLast(ReadOnlySpan<char> path, out ReadOnlySpan<char> last)
    {
        var slash = path.LastIndexOf('/');
        last = path[(slash + 1)..];
        return slash < 0 ? default : path[..slash];
    }
}
