using System.Globalization;
using System.Text;
using EdgeCache.Origin;

namespace EdgeCache.Configuration;

/// <summary>The effective configuration as text, by the same table that reads it: every key with its value (of an
/// upstream, those that differ from the usual), secrets only as being set. Pure.</summary>
internal static class StartupBanner
{
    public static string Of(EdgeCacheOptions options)
    {
        var defaults = new EdgeCacheOptions();
        var text = new StringBuilder();
        foreach (var key in OptionsSchema.Node)
        {
            var value = key.Show(options);
            Append(text, key.Name, value, value == key.Show(defaults));
        }

        var usual = new UpstreamOptions { Name = string.Empty, Endpoints = [], TagFreshness = options.TagFreshness, StaleIfError = options.StaleIfError };
        for (var i = 0; i < options.Upstreams.Count; i++)
        {
            foreach (var key in UpstreamSchema.Keys)
            {
                var value = key.Show(new UpstreamDraft { Options = options.Upstreams[i], DockerConfigFile = options.Upstreams[i].DockerConfigFile });
                if (value != key.Show(new UpstreamDraft { Options = usual }))
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
