using System.IO.Enumeration;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Origin;

namespace EdgeCache.Serving;

/// <summary>How long a tag is fresh, by its upstream's configuration. Immutable.</summary>
internal sealed class TagRules
{
    private readonly Dictionary<string, UpstreamOptions> _upstreams;

    public TagRules(IEnumerable<UpstreamOptions> upstreams) => _upstreams = upstreams.ToDictionary(upstream => upstream.Name, StringComparer.Ordinal);

    /// <summary>The rule for a reference; a digest is always fresh.</summary>
    public FreshnessRule For(RepositoryKey repository, in Reference reference)
    {
        var upstream = _upstreams[repository.Upstream];
        var isForever = reference.IsDigest || IsImmutable(upstream, repository, reference);
        return new FreshnessRule(isForever ? TimeSpan.MaxValue : upstream.TagFreshness, upstream.StaleIfError);
    }

    /// <summary>A pattern without a colon is matched against the tag, one with a colon against <c>repository:tag</c>.</summary>
    private static bool IsImmutable(UpstreamOptions upstream, RepositoryKey repository, in Reference reference)
    {
        foreach (var pattern in upstream.ImmutableTags)
        {
            var subject = pattern.Contains(':') ? $"{repository.Repository}:{reference.Tag}" : reference.Tag;
            if (FileSystemName.MatchesSimpleExpression(pattern, subject, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}
