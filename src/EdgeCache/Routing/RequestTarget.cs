using System.Buffers;

namespace EdgeCache.Routing;

/// <summary>
/// A raw request target (RFC 9112, section 3.2) taken apart. Only characters that names, tags and digests are made of pass, so that nothing
/// behind this ever decodes or normalises a path.
/// </summary>
internal readonly ref struct RequestTarget
{
    private const string Root = "/v2";

    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:/");

    private RequestTarget(ReadOnlySpan<char> authority, ReadOnlySpan<char> registryPath, ReadOnlySpan<char> query)
    {
        Authority = authority;
        RegistryPath = registryPath;
        Query = query;
    }

    /// <summary>Host and port of an absolute-form target; empty in origin-form.</summary>
    public ReadOnlySpan<char> Authority { get; }

    /// <summary>What follows <c>/v2/</c>; empty for the ping.</summary>
    public ReadOnlySpan<char> RegistryPath { get; }

    /// <summary>What follows the question mark, as sent.</summary>
    public ReadOnlySpan<char> Query { get; }

    public static RouteOutcome TryParse(ReadOnlySpan<char> rawTarget, out RequestTarget target)
    {
        target = default;
        if (!TryTakeAuthority(ref rawTarget, out var authority))
        {
            return RouteOutcome.MalformedTarget;
        }

        var mark = rawTarget.IndexOf('?');
        var path = mark < 0 ? rawTarget : rawTarget[..mark];
        if (!IsPlainPath(path))
        {
            return RouteOutcome.MalformedTarget;
        }

        if (!path.StartsWith(Root) || (path.Length > Root.Length && path[Root.Length] != '/'))
        {
            return RouteOutcome.NotRegistry;
        }

        var registryPath = path.Length > Root.Length ? path[(Root.Length + 1)..] : default;
        target = new RequestTarget(authority, registryPath, mark < 0 ? default : rawTarget[(mark + 1)..]);
        return RouteOutcome.Found;
    }

    /// <summary>Takes <c>http://host[:port]</c> off an absolute-form target, which servers must accept (RFC 9112, section 3.2.2).</summary>
    private static bool TryTakeAuthority(scoped ref ReadOnlySpan<char> rawTarget, out ReadOnlySpan<char> authority)
    {
        authority = default;
        var scheme = rawTarget.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http://".Length
            : rawTarget.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https://".Length
            : 0;
        if (scheme == 0)
        {
            return true;
        }

        var rest = rawTarget[scheme..];
        var slash = rest.IndexOf('/');
        if (slash <= 0 || rest[..slash].ContainsAny("@?#\\%"))
        {
            return false;
        }

        authority = rest[..slash];
        rawTarget = rest[slash..];
        return true;
    }

    private static bool IsPlainPath(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty || path[0] != '/' || path.ContainsAnyExcept(PathCharacters))
        {
            return false;
        }

        return path.IndexOf("//") < 0 && !HasDotSegment(path);
    }

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        foreach (var range in path.Split('/'))
        {
            if (path[range] is "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
