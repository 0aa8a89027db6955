namespace EdgeCache.Configuration;

/// <summary>
/// Turns the configured values into <see cref="EdgeCacheOptions"/>, or into every error at once: values that are not allowed, unknown keys,
/// and what does not fit together. Reads the files that options name (secrets, certificates), and nothing else.
/// </summary>
internal static class OptionsReader
{
    /// <param name="rules">What must fit together; a node's rules unless given.</param>
    public static OptionsReading Read(ConfigurationLayers layers, Func<EdgeCacheOptions, IEnumerable<OptionError>>? rules = null)
    {
        var errors = new List<OptionError>(layers.Errors);
        var values = layers.Values.Values.ToLookup(value => IsUpstreamKey(value.Key));
        var node = new SectionReader<EdgeCacheOptions>(OptionsSchema.Section + ":", OptionsSchema.Node, errors);
        var (options, setKeys) = node.Read(new EdgeCacheOptions(), [.. values[false]]);

        var upstreams = new UpstreamsReader(options, errors).Read([.. values[true]], layers.UpstreamArguments);
        options = options with
        {
            Upstreams = upstreams,
            DefaultUpstream = setKeys.Contains(nameof(EdgeCacheOptions.DefaultUpstream)) || upstreams.Count == 0
                || upstreams.Any(upstream => upstream.Name == BuiltInUpstreams.DefaultName)
                    ? options.DefaultUpstream
                    : upstreams[0].Name,
        };
        options = options with { Fleet = FleetRules.WithSecrets(options.Fleet), Redis = RedisRules.WithConfiguration(options.Redis) };
        errors.AddRange((rules ?? OptionsRules.Check)(options));
        return new OptionsReading(options, errors);
    }

    private static bool IsUpstreamKey(string key) =>
        key.Equals(UpstreamSchema.List, StringComparison.OrdinalIgnoreCase)
        || key.StartsWith(UpstreamSchema.List + ":", StringComparison.OrdinalIgnoreCase);
}
