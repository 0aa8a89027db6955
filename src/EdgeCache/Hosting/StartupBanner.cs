using System.Globalization;
using System.Reflection;
using System.Text;

namespace EdgeCache.Hosting;

/// <summary>The effective configuration as text, by the same table that reads it: every key with its value, secrets only as being set. Pure.</summary>
internal static class StartupBanner
{
    public static string Version { get; } =
        typeof(StartupBanner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    public static string Of(EdgeCacheOptions options)
    {
        var defaults = new EdgeCacheOptions();
        var text = new StringBuilder();
        foreach (var key in OptionsSchema.Node)
        {
            var value = key.Show(options);
            Append(text, key.Name, value, value == key.Show(defaults));
        }

        for (var i = 0; i < options.Upstreams.Count; i++)
        {
            var upstream = new UpstreamDraft { Options = options.Upstreams[i] };
            foreach (var key in UpstreamSchema.Keys)
            {
                if (key.Show(upstream) is { Length: > 0 } value)
                {
                    Append(text, string.Create(CultureInfo.InvariantCulture, $"{UpstreamSchema.List}:{i}:{key.Name}"), value, isDefault: false);
                }
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string key, string value, bool isDefault) =>
        text.Append('\n').Append("  ").Append(key).Append(" = ").Append(value.Length == 0 ? "(none)" : Redaction.Show(value)).Append(isDefault ? " (default)" : string.Empty);
}
