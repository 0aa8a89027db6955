namespace EdgeCache.Configuration;

/// <summary>What must fit together in the options of a balancer. What only a node uses is not looked at.</summary>
internal static class BalancerRules
{
    private const string Prefix = OptionsSchema.Section + ":";

    public static IEnumerable<OptionError> Check(EdgeCacheOptions options)
    {
        var balancer = options.Balancer;
        (string Key, IReadOnlyList<ListenAddress> Listens)[] listeners =
        [
            (BalancerSchema.Prefix + nameof(balancer.Listen), balancer.Listen),
            (BalancerSchema.Prefix + nameof(balancer.RedirectListen), balancer.RedirectListen),
            .. OptionsRules.PrivateListeners(options),
        ];
        return
        [
            .. OptionsRules.Listeners(listeners), .. OptionsRules.Certificate(options, listeners), .. OptionsRules.Upstreams(options),
            .. FleetRules.CheckSecrets(options.Fleet), .. FleetRules.CheckMembers(options.Fleet), .. RedisRules.Check(options), .. Members(options),
        ];
    }

    private static IEnumerable<OptionError> Members(EdgeCacheOptions options)
    {
        if (options.Fleet is { Members.Count: 0, Dns: null } && options.Redis is not { IsUsed: true, Presence: true })
        {
            yield return new OptionError(Prefix + "Fleet:Members", null, null, "required for a balancer: its nodes, here, by Fleet:Dns, or by presence in Redis");
        }

        if (options.Balancer.Redirects && options.Fleet.Secret is null)
        {
            yield return new OptionError(Prefix + "Fleet:Secret", null, null, "required where clients are redirected: the nodes' own, or SecretFile");
        }
    }
}
