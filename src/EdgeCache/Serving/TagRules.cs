using System.IO.Enumeration;
using EdgeCache.Core.Caching;
using EdgeCache.Core.Oci;
using EdgeCache.Origin;

namespace EdgeCache.Serving;

/// <summary>How long a tag is fresh, and what its upstream's failures come to, by the upstream's configuration. Immutable; asking allocates nothing.</summary>
internal sealed class TagRules
{
    private readonly Dictionary<string, UpstreamRule> _upstreams;

    public TagRules(IEnumerable<UpstreamOptions> upstreams) =>
        _upstreams = upstreams.ToDictionary(upstream => upstream.Name, upstream => new UpstreamRule(upstream), StringComparer.Ordinal);

    /// <summary>The rule for a reference; a digest is always fresh.</summary>
    public FreshnessRule For(RepositoryKey repository, in Reference reference)
    {
        var upstream = _upstreams[repository.Upstream];
        return reference.Tag is not { } tag || upstream.IsImmutable(repository.Repository.Value, tag) ? upstream.Forever : upstream.Usual;
    }

    /// <summary>The same for a repository that another node names; null where its upstream is not configured here.</summary>
    public FreshnessRule? Find(RepositoryKey repository, in Reference reference) =>
        _upstreams.ContainsKey(repository.Upstream) ? For(repository, reference) : null;

    /// <summary>What the failures of a configured upstream come to.</summary>
    public OutageContract OutageOf(string upstream) => _upstreams[upstream].Usual.Outage;

    private sealed class UpstreamRule(UpstreamOptions options)
    {
        private readonly Pattern[] _immutable = [.. options.ImmutableTags.Select(Pattern.Parse)];

        public FreshnessRule Usual { get; } = RuleOf(options, options.TagFreshness);

        public FreshnessRule Forever { get; } = RuleOf(options, TimeSpan.MaxValue);

        public bool IsImmutable(string repository, string tag)
        {
            foreach (var pattern in _immutable)
            {
                if (pattern.Matches(repository, tag))
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>While nobody can be asked, what is held is good at any age.</summary>
        private static FreshnessRule RuleOf(UpstreamOptions options, TimeSpan lifetime) =>
            new(lifetime, options.Offline ? TimeSpan.MaxValue : options.StaleIfError) { Outage = options.Outage };
    }

    /// <summary>A pattern without a colon is matched against the tag, one with a colon against <c>repository:tag</c>. Neither a name nor a tag can have
    /// a colon, so that the two parts may be matched apart.</summary>
    private readonly record struct Pattern(string? Repository, string Tag)
    {
        public static Pattern Parse(string text) =>
            text.IndexOf(':') is >= 0 and var colon ? new Pattern(text[..colon], text[(colon + 1)..]) : new Pattern(null, text);

        public bool Matches(string repository, string tag) =>
            FileSystemName.MatchesSimpleExpression(Tag, tag, ignoreCase: false)
            && (Repository is null || FileSystemName.MatchesSimpleExpression(Repository, repository, ignoreCase: false));
    }
}
