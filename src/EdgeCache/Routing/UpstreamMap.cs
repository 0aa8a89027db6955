using System.Collections.Frozen;
using EdgeCache.Origin;

namespace EdgeCache.Routing;

/// <summary>
/// The configured upstreams by what a request may choose them with: a closed set, so that no request names a host of its own (PROMISES, "SSRF").
/// Immutable. Names and hosts are compared without regard to case, as host names are.
/// </summary>
internal sealed class UpstreamMap
{
    private readonly FrozenDictionary<string, UpstreamOptions>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly FrozenDictionary<string, UpstreamOptions>.AlternateLookup<ReadOnlySpan<char>> _byHost;

    /// <param name="upstreams">The upstreams; their names and hosts are unique.</param>
    /// <param name="defaultName">The one that is meant where a request chooses none; null where it must choose.</param>
    /// <exception cref="ArgumentException">A name or host stands twice, or the default is not among the upstreams.</exception>
    public UpstreamMap(IReadOnlyList<UpstreamOptions> upstreams, string? defaultName)
    {
        var byName = new Dictionary<string, UpstreamOptions>(StringComparer.OrdinalIgnoreCase);
        var byHost = new Dictionary<string, UpstreamOptions>(StringComparer.OrdinalIgnoreCase);
        foreach (var upstream in upstreams)
        {
            byName.Add(upstream.Name, upstream);
            foreach (var host in upstream.Hosts)
            {
                byHost.Add(host, upstream);
            }
        }

        if (!string.IsNullOrEmpty(defaultName))
        {
            Default = byName.GetValueOrDefault(defaultName)
                ?? throw new ArgumentException($"The default upstream '{defaultName}' is not configured.", nameof(defaultName));
        }

        _byName = byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _byHost = byHost.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public UpstreamOptions? Default { get; }

    /// <summary>By the value of <c>ns=</c>, or by the first segment of a path; both may carry a port.</summary>
    public UpstreamOptions? FindByName(ReadOnlySpan<char> name) => _byName.TryGetValue(name, out var upstream) ? upstream : null;

    /// <summary>By the Host header's value; its port is ignored, because it is ours.</summary>
    public UpstreamOptions? FindByHost(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        var isPort = colon >= 0 && !host[colon..].Contains(']');
        return _byHost.TryGetValue(isPort ? host[..colon] : host, out var upstream) ? upstream : null;
    }
}
