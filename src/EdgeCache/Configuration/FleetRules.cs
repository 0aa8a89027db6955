using EdgeCache.Fleet;

namespace EdgeCache.Configuration;

/// <summary>What must fit together in the options of the fleet.</summary>
internal static class FleetRules
{
    private const string Prefix = OptionsSchema.Section + ":Fleet:";

    /// <summary>The options with the secret of the file, where it is in one.</summary>
    public static FleetOptions WithSecret(FleetOptions options) =>
        options is { SecretFile: { } file, Secret: null } ? options with { Secret = SecretFile.TryRead(file) } : options;

    public static IEnumerable<OptionError> Check(EdgeCacheOptions options) =>
        [.. CheckSecret(options.Fleet), .. CheckMembers(options.Fleet), .. CheckSiblings(options.Fleet)];

    public static IEnumerable<OptionError> CheckSecret(FleetOptions fleet)
    {
        if (fleet.SecretFile is not null && fleet.Secret is not { Length: >= FleetSecret.MinLength })
        {
            yield return new OptionError(Prefix + "SecretFile", fleet.SecretFile, null, $"allowed: a file with at least {FleetSecret.MinLength} characters");
        }

        if (fleet.SecretFile is { } file && fleet.Secret is { } secret && SecretFile.TryRead(file) != secret)
        {
            yield return new OptionError(Prefix + "SecretFile", file, null, "allowed: either Secret or SecretFile, not both");
        }
    }

    public static IEnumerable<OptionError> CheckMembers(FleetOptions fleet)
    {
        foreach (var name in fleet.Members.GroupBy(member => member.Text).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            yield return new OptionError(Prefix + "Members", name, null, "allowed: each node once");
        }
    }

    private static IEnumerable<OptionError> CheckSiblings(FleetOptions fleet)
    {
        if (fleet is { Dns: not null, Self: { HostNameType: UriHostNameType.Dns } self })
        {
            yield return new OptionError(Prefix + "Self", self.GetLeftPart(UriPartial.Authority), null, "allowed with Dns: an IP address, as the name resolves to");
        }

        var hasOthers = fleet.Members.Any(member => member.Url != fleet.Self) || fleet.Dns is not null;
        if (hasOthers && fleet.Siblings && (fleet.Self is null) != (fleet.Secret is null))
        {
            yield return new OptionError(Prefix + (fleet.Self is null ? "Self" : "Secret"), null, null, "required where nodes ask each other: Self and Secret go together");
        }
    }
}
