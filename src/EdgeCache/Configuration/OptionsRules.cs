namespace EdgeCache.Configuration;

/// <summary>What must fit together in options whose single values are right already.</summary>
internal static class OptionsRules
{
    private const string Prefix = OptionsSchema.Section + ":";

    public static IEnumerable<OptionError> Check(EdgeCacheOptions options) =>
        [.. Listeners(NodeListeners(options)), .. Certificate(options, NodeListeners(options)), .. Cache(options.Cache), .. Upstreams(options), .. FleetRules.Check(options),
            .. RedisRules.Check(options)];

    /// <summary>The listeners that every server has besides those that clients pull from.</summary>
    public static (string Key, IReadOnlyList<ListenAddress> Listens)[] PrivateListeners(EdgeCacheOptions options) =>
        [("Admin:Listen", options.Admin.Listen), ("Telemetry:MetricsListen", options.Telemetry.MetricsListen)];

    /// <summary>No two listeners want the same address.</summary>
    public static IEnumerable<OptionError> Listeners((string Key, IReadOnlyList<ListenAddress> Listens)[] listeners)
    {
        var all = listeners.SelectMany(listener => listener.Listens.Select(listen => (listener.Key, Listen: listen))).ToArray();
        for (var i = 0; i < all.Length; i++)
        {
            if (all[..i].Where(other => other.Listen.Collides(all[i].Listen)).Select(other => other.Key).FirstOrDefault() is { } taken)
            {
                yield return new OptionError(Prefix + all[i].Key, all[i].Listen.ToString(), null, $"allowed: an address that {Prefix}{taken} does not take");
            }
        }
    }

    /// <summary>Where a listener speaks TLS there is a certificate, and it loads.</summary>
    public static IEnumerable<OptionError> Certificate(EdgeCacheOptions options, (string Key, IReadOnlyList<ListenAddress> Listens)[] listeners)
    {
        var usesTls = listeners.SelectMany(listener => listener.Listens).Any(listen => listen.IsHttps);
        if (options.Certificate is null && (usesTls || options.CertificateKey is not null))
        {
            yield return new OptionError(Prefix + "Certificate", null, null, "required for an https address: a PEM file");
        }

        if (options.CertificateKey is null && (usesTls || options.Certificate is not null))
        {
            yield return new OptionError(Prefix + "CertificateKey", null, null, "required for an https address: a PEM file");
        }

        if (options is { Certificate: not null, CertificateKey: not null } && CertificatePair.Read(options.Certificate, options.CertificateKey) is { Problem: { } problem })
        {
            yield return new OptionError(Prefix + "Certificate", options.Certificate, null, $"allowed: a PEM certificate that fits CertificateKey; {problem}");
        }
    }

    private static (string Key, IReadOnlyList<ListenAddress> Listens)[] NodeListeners(EdgeCacheOptions options) =>
        [("Listen", options.Listen), .. PrivateListeners(options)];

    private static IEnumerable<OptionError> Cache(CacheOptions cache)
    {
        if (cache.Path.Length == 0)
        {
            yield return new OptionError(Prefix + "Cache:Path", null, null, "required: there is no home folder to keep the cache in");
        }

        if (cache.LowWatermark >= cache.HighWatermark)
        {
            yield return new OptionError(
                Prefix + "Cache:LowWatermark", ShareText.Format(cache.LowWatermark), null,
                $"allowed: less than Cache:HighWatermark, which is {ShareText.Format(cache.HighWatermark)}");
        }
    }

    /// <summary>Requests find their upstream.</summary>
    public static IEnumerable<OptionError> Upstreams(EdgeCacheOptions options)
    {
        var names = options.Upstreams.Where(upstream => upstream.Name.Length > 0).Select(upstream => upstream.Name).ToArray();
        foreach (var name in Duplicates(names))
        {
            yield return new OptionError(Prefix + UpstreamSchema.List, name, null, "allowed: each Name once");
        }

        foreach (var host in Duplicates(options.Upstreams.SelectMany(upstream => upstream.Hosts.Distinct(StringComparer.OrdinalIgnoreCase))))
        {
            yield return new OptionError(Prefix + UpstreamSchema.List, host, null, "allowed: each of Hosts at one upstream");
        }

        if (options.DockerConfigFile is { } file && !UpstreamCredentials.IsDockerConfig(file))
        {
            yield return new OptionError(Prefix + "DockerConfigFile", file, null, UpstreamCredentials.NoDockerConfig);
        }

        if (!names.Contains(options.DefaultUpstream))
        {
            var known = names.Length == 0 ? "at least one upstream" : "one of " + string.Join(", ", names.Distinct());
            yield return new OptionError(Prefix + "DefaultUpstream", options.DefaultUpstream, null, $"allowed: {known}");
        }
    }

    private static IEnumerable<string> Duplicates(IEnumerable<string> values) =>
        values.GroupBy(value => value, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key);
}
