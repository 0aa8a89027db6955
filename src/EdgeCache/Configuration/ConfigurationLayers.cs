using System.Collections;
using System.Text.RegularExpressions;

namespace EdgeCache.Configuration;

/// <summary>
/// The configured values of the section <c>EdgeCache</c>, laid over each other: a later source wins key by key, but a list is taken whole
/// from the last source that gives it, so that two files' lists never mix (an upstream's password would meet another's endpoint). The one
/// exception is the environment, which may set single keys of an upstream by its index. Used by one thread at the start.
/// </summary>
internal sealed class ConfigurationLayers
{
    private const string EnvironmentPrefix = OptionsSchema.Section + "__";
    private readonly SortedDictionary<string, ConfiguredValue> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<OptionError> _errors = [];
    private readonly List<string> _upstreamArguments = [];

    /// <summary>The values by key, the key relative to the section.</summary>
    public IReadOnlyDictionary<string, ConfiguredValue> Values => _values;

    /// <summary>The command line's <c>--upstream NAME=URL[,URL…]</c>, in order.</summary>
    public IReadOnlyList<string> UpstreamArguments => _upstreamArguments;

    /// <summary>Files that cannot be read, and keys outside the section.</summary>
    public IReadOnlyList<OptionError> Errors => _errors;

    /// <summary>Lays a JSON file (comments allowed) over what is there.</summary>
    /// <param name="isOptional">An optional file may be missing, and may hold sections that are not ours.</param>
    public void AddJsonFile(string path, bool isOptional)
    {
        var fullPath = Path.GetFullPath(path);
        if (!File.Exists(fullPath))
        {
            if (!isOptional)
            {
                _errors.Add(new OptionError("--config", Redaction.Show(path), null, "the file does not exist"));
            }

            return;
        }

        try
        {
            using var provider = (ConfigurationRoot)new ConfigurationBuilder().AddJsonFile(fullPath, optional: false, reloadOnChange: false).Build();
            AddSection(provider, fullPath, isOptional);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or FormatException or UnauthorizedAccessException)
        {
            // The parser's own message stands in the inner exception: line and position, never the text.
            var reason = (failure.InnerException ?? failure).Message;
            _errors.Add(new OptionError(isOptional ? "appsettings.json" : "--config", fullPath, null, $"not readable as JSON: {Redaction.Show(reason)}"));
        }
    }

    /// <summary>Lays the variables <c>EDGECACHE__KEY__PART=value</c> over what is there.</summary>
    public void AddEnvironment(IDictionary variables)
    {
        var values = new List<ConfiguredValue>();
        foreach (DictionaryEntry variable in variables)
        {
            if (variable is { Key: string name, Value: string text } && name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                values.Add(new ConfiguredValue(name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal), text, $"environment {name}"));
            }
        }

        Lay(values, mergeUpstreams: true);
    }

    /// <summary>Lays one flag of the command line over what is there.</summary>
    public void AddFlag(string key, string flag, string text) => Lay([new ConfiguredValue(key, text, flag)], mergeUpstreams: false);

    public void AddUpstreamArgument(string text) => _upstreamArguments.Add(text);

    private void AddSection(IConfigurationRoot configuration, string source, bool isOptional)
    {
        const string prefix = OptionsSchema.Section + ":";
        var values = new List<ConfiguredValue>();
        foreach (var (key, text) in configuration.AsEnumerable())
        {
            if (key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                if (text is not null)
                {
                    values.Add(new ConfiguredValue(key[prefix.Length..], text, source));
                }
            }
            else if (!isOptional && text is not null && key != "$schema")
            {
                _errors.Add(new OptionError(key, Redaction.ShowUnknown(key, text), source, $"unknown key; every key stands in the section {OptionsSchema.Section}"));
            }
        }

        Lay(values, mergeUpstreams: false);
    }

    private void Lay(List<ConfiguredValue> values, bool mergeUpstreams)
    {
        foreach (var list in values.Select(value => ListOf(value.Key, mergeUpstreams)).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase))
        {
            foreach (var key in _values.Keys.Where(key => IsWithin(key, list)).ToArray())
            {
                _values.Remove(key);
            }
        }

        foreach (var value in values)
        {
            _values[value.Key] = value;
        }
    }

    private static bool IsWithin(string key, string list) =>
        key.StartsWith(list, StringComparison.OrdinalIgnoreCase) && (key.Length == list.Length || key[list.Length] == ':');

    /// <summary>The list that the key belongs to, or null: Listen for Listen and Listen:0; Upstreams, or with merging Upstreams:0:Endpoints.</summary>
    private static string? ListOf(string key, bool mergeUpstreams)
    {
        if (IsWithin(key, UpstreamSchema.List))
        {
            var inner = mergeUpstreams ? Regex.Match(key, @"^(?<item>[^:]+:\d+:)(?<key>.+)$") : Match.Empty;
            return !mergeUpstreams ? UpstreamSchema.List
                : !inner.Success ? null
                : UpstreamSchema.Keys.FirstOrDefault(list => list.IsList && IsWithin(inner.Groups["key"].Value, list.Name)) is { } found
                    ? inner.Groups["item"].Value + found.Name
                    : null;
        }

        return OptionsSchema.Node.FirstOrDefault(list => list.IsList && IsWithin(key, list.Name))?.Name;
    }
}
