using EdgeCache.Core.Oci;
using EdgeCache.Origin;

namespace EdgeCache.Routing;

/// <summary>
/// Turns a raw request target into an <see cref="OciRoute"/>, once. The grammar is checked on the bytes as the client sent them, before any
/// decoding, so that no two readers of a path can differ (PROMISES, "traversal"). Safe for concurrent use; a target that was seen lately
/// allocates nothing.
/// <list type="number">
/// <item><see cref="RequestTarget"/> takes the target apart: authority, path, query.</item>
/// <item><c>ns=</c>, then Host, then a path prefix, then the default chooses the upstream (PROTOCOL 9–11).</item>
/// <item>The last segments of the path say which endpoint it is; the rest is the repository's name, which may contain those words too.</item>
/// <item>The name and the reference are parsed by their grammars.</item>
/// </list>
/// </summary>
internal sealed class RouteParser(UpstreamMap upstreams)
{
    /// <summary>Some hundred bytes an entry: a few MB in all, and more repositories than a node's working set has.</summary>
    private const int RememberedNames = 4096;

    private readonly InternTable<RepositoryKey> _repositories = new(RememberedNames);
    private readonly InternTable<Reference> _tags = new(RememberedNames);

    /// <summary>Parses a GET's or HEAD's target; what writes is refused by method before.</summary>
    /// <param name="rawTarget">IHttpRequestFeature.RawTarget: origin-form or absolute-form (RFC 9112, section 3.2).</param>
    /// <param name="host">The Host header's value; an absolute-form target's authority takes its place.</param>
    /// <param name="route">Set where the outcome is Found.</param>
    public RouteOutcome Parse(ReadOnlySpan<char> rawTarget, ReadOnlySpan<char> host, out OciRoute route)
    {
        route = default;
        var outcome = RequestTarget.TryParse(rawTarget, out var target);
        if (outcome != RouteOutcome.Found)
        {
            return outcome;
        }

        if (!target.Authority.IsEmpty)
        {
            host = target.Authority;
        }

        outcome = FindNamed(target.Query, out var named, out var hasOthers);
        if (outcome != RouteOutcome.Found)
        {
            return outcome;
        }

        if (target.RegistryPath.IsEmpty)
        {
            route = new OciRoute(OciRouteKind.Ping, default, default, named is not null, hasOthers);
            return RouteOutcome.Found;
        }

        var path = target.RegistryPath;
        var upstream = ChooseUpstream(named ?? upstreams.FindByHost(host), ref path);
        if (upstream is null)
        {
            return RouteOutcome.UnknownUpstream;
        }

        outcome = EndpointPath.TryParse(path, out var endpoint);
        return outcome == RouteOutcome.Found ? Resolve(endpoint, upstream, (named is not null, hasOthers), out route) : outcome;
    }

    private RouteOutcome FindNamed(ReadOnlySpan<char> query, out UpstreamOptions? named, out bool hasOthers)
    {
        named = null;
        Span<char> buffer = stackalloc char[NamespaceQuery.MaxLength];
        switch (NamespaceQuery.Read(query, buffer, out var length, out hasOthers))
        {
            case NamespaceQuery.Outcome.Absent:
                return RouteOutcome.Found;
            case NamespaceQuery.Outcome.Malformed:
                return RouteOutcome.MalformedNamespace;
            case NamespaceQuery.Outcome.TooLong:
                return RouteOutcome.UnknownUpstream;
            default:
                named = upstreams.FindByName(buffer[..length]);
                return named is null ? RouteOutcome.UnknownUpstream : RouteOutcome.Found;
        }
    }

    /// <summary>
    /// The upstream that was chosen before the path, or else the one that the path's first segment names, or else the default. The first
    /// segment is taken off where it names the upstream: also for a client that says it twice, as containerd does whose mirror has a path
    /// (<c>/v2/docker.io/library/nginx/…?ns=docker.io</c>).
    /// </summary>
    private UpstreamOptions? ChooseUpstream(UpstreamOptions? chosen, ref ReadOnlySpan<char> path)
    {
        var slash = path.IndexOf('/');
        var prefix = slash > 0 ? upstreams.FindByName(path[..slash]) : null;
        if (prefix is not null && (chosen is null || ReferenceEquals(prefix, chosen)) && EndpointPath.HasName(path[(slash + 1)..]))
        {
            path = path[(slash + 1)..];
            return prefix;
        }

        return chosen ?? upstreams.Default;
    }

    private RouteOutcome Resolve(
        EndpointPath endpoint, UpstreamOptions upstream, (bool UsedNamespace, bool HasOthers) query, out OciRoute route)
    {
        route = default;
        var repository = new RepositoryKey(upstream.Name, default);
        if (endpoint.Kind != OciRouteKind.Catalog && !TryParseRepository(endpoint.Name, upstream, out repository))
        {
            return RouteOutcome.InvalidName;
        }

        Reference reference = default;
        var outcome = endpoint.Kind switch
        {
            OciRouteKind.Manifest => TryParseReference(endpoint.Reference, out reference),
            OciRouteKind.Blob or OciRouteKind.Referrers => TryParseDigest(endpoint.Reference, out reference),
            _ => RouteOutcome.Found,
        };
        if (outcome == RouteOutcome.Found)
        {
            route = new OciRoute(endpoint.Kind, repository, reference, query.UsedNamespace, query.HasOthers);
        }

        return outcome;
    }

    private bool TryParseRepository(ReadOnlySpan<char> text, UpstreamOptions upstream, out RepositoryKey repository)
    {
        if (_repositories.TryGet(upstream, text, out repository))
        {
            return true;
        }

        if (!RepositoryName.TryParse(text, out var name))
        {
            return false;
        }

        repository = new RepositoryKey(upstream.Name, DockerHubNames.IsDockerHub(upstream.Name) ? DockerHubNames.Canonical(name) : name);
        _repositories.Set(upstream, text, repository);
        return true;
    }

    private RouteOutcome TryParseReference(ReadOnlySpan<char> text, out Reference reference)
    {
        if (text.Contains(':'))
        {
            return TryParseDigest(text, out reference);
        }

        if (_tags.TryGet(null, text, out reference))
        {
            return RouteOutcome.Found;
        }

        if (!Reference.TryParse(text, out reference))
        {
            return RouteOutcome.InvalidTag;
        }

        _tags.Set(null, text, reference);
        return RouteOutcome.Found;
    }

    private static RouteOutcome TryParseDigest(ReadOnlySpan<char> text, out Reference reference)
    {
        var isDigest = Digest.TryParse(text, out var digest);
        reference = isDigest ? Reference.ByDigest(digest) : default;
        return isDigest ? RouteOutcome.Found : RouteOutcome.InvalidDigest;
    }
}
