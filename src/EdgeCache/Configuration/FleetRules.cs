using EdgeCache.Fleet;

namespace EdgeCache.Configuration;

/// <summary>What must fit together in the options of the fleet.</summary>
internal static class FleetRules
{
    private const string Prefix = OptionsSchema.Section + ":Fleet:";

    /// <summary>The options with the secrets of the files, where they are in some.</summary>
    public static FleetOptions WithSecrets(FleetOptions options) => options with
    {
        Secret = options.Secret ?? Read(options.SecretFile),
        AcceptedSecret = options.AcceptedSecret ?? Read(options.AcceptedSecretFile),
    };

    public static IEnumerable<OptionError> Check(EdgeCacheOptions options) =>
        [.. CheckSecrets(options.Fleet), .. CheckMembers(options.Fleet), .. CheckSiblings(options.Fleet)];

    public static IEnumerable<OptionError> CheckSecrets(FleetOptions fleet)
    {
        foreach (var error in CheckSecret("Secret", fleet.Secret, fleet.SecretFile).Concat(CheckSecret("AcceptedSecret", fleet.AcceptedSecret, fleet.AcceptedSecretFile)))
        {
            yield return error;
        }

        if (fleet is { Secret: null, AcceptedSecret: not null })
        {
            yield return new OptionError(Prefix + "AcceptedSecret", null, null, "allowed with Secret: it signs nothing");
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

    private static IEnumerable<OptionError> CheckSecret(string key, string? secret, string? file)
    {
        if (file is not null && secret is not { Length: >= FleetSecret.MinLength })
        {
            yield return new OptionError(Prefix + key + "File", file, null, $"allowed: a file with at least {FleetSecret.MinLength} characters");
        }
        else if (file is not null && SecretFile.TryRead(file) != secret)
        {
            yield return new OptionError(Prefix + key + "File", file, null, $"allowed: either {key} or {key}File, not both");
        }
    }

    private static string? Read(string? file) => file is null ? null : SecretFile.TryRead(file);
}
