using System.Text;
using EdgeCache.Configuration;

namespace EdgeCache.Cli;

/// <summary>The table of configuration keys as text, for <c>--help</c> and for README. Pure; made from the schema, so that it cannot go stale.</summary>
internal static class ConfigurationText
{
    private const string Sources = """
        Configuration
          Sources, a later one wins key by key: appsettings.json beside the program, appsettings.json in the working
          directory, --config FILE (JSON, comments allowed), the environment, the command line. A list is taken whole
          from the last source that gives it; the environment may also set single keys of an upstream by its index.
          JSON:         { "EdgeCache": { "Cache": { "Limit": "20GiB" }, "Upstreams": [ { "Name": … } ] } }
          Environment:  EDGECACHE__CACHE__LIMIT=20GiB  EDGECACHE__UPSTREAMS__0__PASSWORD=…
          Without any upstream configured the node knows docker.io, ghcr.io, quay.io, registry.k8s.io, gcr.io,
          mcr.microsoft.com and public.ecr.aws; configuring one (Upstreams or --upstream) drops these seven.
          --upstream NAME=URL[,URL…] replaces the upstream of that name whole, its credentials included, or adds one.

        """;

    private const string Endings = """
        Output
          Standard output: one line "listening on URL" for each listener when it is ready, pull first, then admin, then
          metrics; after that the access log, one JSON object a line. Standard error: the log, and errors.
        Exit codes
          0  ended cleanly (SIGTERM, Ctrl-C; a second signal ends at once with 143 or 130)
          1  could not start or failed (health: not ready)
          2  wrong command line or configuration; every error is listed
        """;

    /// <summary>Everything below the flags in the help of <c>node</c>.</summary>
    public static string ForHelp()
    {
        var defaults = new EdgeCacheOptions();
        var text = new StringBuilder(Sources).Append('\n').Append("Keys in the section EdgeCache\n");
        foreach (var key in OptionsSchema.Node)
        {
            Append(text, key, key.Show(defaults));
        }

        text.Append("Keys of each of Upstreams\n");
        foreach (var key in UpstreamSchema.Keys)
        {
            Append(text, key, DefaultOf(key));
        }

        return text.Append('\n').Append(Endings).Append('\n').ToString();
    }

    /// <summary>The same table in Markdown.</summary>
    public static string ForReadme()
    {
        var defaults = new EdgeCacheOptions { Cache = new CacheOptions { Path = "~/.cache/edgecache" } };
        var text = new StringBuilder("| Key | Default | Allowed | Meaning |\n|---|---|---|---|\n");
        foreach (var key in OptionsSchema.Node)
        {
            AppendRow(text, key, key.Name, key.Show(defaults));
        }

        foreach (var key in UpstreamSchema.Keys)
        {
            AppendRow(text, key, $"{UpstreamSchema.List}:N:{key.Name}", DefaultOf(key));
        }

        return text.ToString();
    }

    private static string DefaultOf(OptionKey<UpstreamDraft> key) =>
        key.Name is "TagFreshness" or "StaleIfError" ? "the node's"
        : key.Show(new UpstreamDraft { Options = new Origin.UpstreamOptions { Name = string.Empty, Endpoints = [] } });

    private static void Append<TTarget>(StringBuilder text, OptionKey<TTarget> key, string defaultText)
    {
        text.Append("  ").Append(key.Name);
        text.Append(defaultText.Length > 0 ? " = " + defaultText : string.Empty);
        text.Append(key.Flag is null ? string.Empty : $"   [{key.Flag}]").Append('\n');
        text.Append("      ").Append(key.Meaning).Append(" Allowed: ").Append(key.Allowed).Append(".\n");
    }

    private static void AppendRow<TTarget>(StringBuilder text, OptionKey<TTarget> key, string name, string defaultText) =>
        text.Append("| `").Append(name).Append('`').Append(key.Flag is null ? string.Empty : $" `{key.Flag}`")
            .Append(" | ").Append(defaultText.Length > 0 ? $"`{defaultText}`" : string.Empty)
            .Append(" | ").Append(key.Allowed.Replace("|", "\\|", StringComparison.Ordinal))
            .Append(" | ").Append(key.Meaning).Append(" |\n");
}
