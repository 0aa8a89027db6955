using System.Globalization;

namespace EdgeCache.Configuration;

/// <summary>
/// Reads configured values into a record by its table of keys, and collects what is wrong: values that are not allowed, and keys that the
/// table does not know. Used by one thread.
/// </summary>
/// <param name="prefix">What precedes the table's keys in messages, such as <c>EdgeCache:</c>.</param>
internal sealed class SectionReader<TTarget>(string prefix, IReadOnlyList<OptionKey<TTarget>> schema, List<OptionError> errors)
{
    /// <summary>Reads the values, whose keys are relative to the prefix.</summary>
    /// <returns>The keys that were set, right or wrong, and the record with the right ones.</returns>
    public (TTarget Target, HashSet<string> SetKeys) Read(TTarget target, IReadOnlyCollection<ConfiguredValue> values)
    {
        var setKeys = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in schema)
        {
            var own = values.Where(value => Belongs(value.Key, key)).ToArray();
            if (own.Length == 0)
            {
                continue;
            }

            setKeys.Add(key.Name);
            if (key.Apply(Texts(own, key), ref target) is { } wrong)
            {
                errors.Add(new OptionError(prefix + key.Name, key.IsSecret ? "***" : Redaction.Show(wrong), own[0].Source, $"allowed: {key.Allowed}"));
            }
        }

        errors.AddRange(values.Where(value => !schema.Any(key => Belongs(value.Key, key))).Select(Unknown));
        return (target, setKeys);
    }

    private static bool Belongs(string name, OptionKey<TTarget> key) =>
        name.Equals(key.Name, StringComparison.OrdinalIgnoreCase) || (key.IsList && ItemOf(name, key.Name) is not null);

    /// <summary>The index of Listen:2 within Listen; null where the name is none of its items.</summary>
    private static int? ItemOf(string name, string list) =>
        name.Length > list.Length + 1 && name.StartsWith(list, StringComparison.OrdinalIgnoreCase) && name[list.Length] == ':'
        && int.TryParse(name.AsSpan(list.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : null;

    /// <summary>An array's items stand alone; a single text is split at its commas, and an empty one is an empty list.</summary>
    private static IReadOnlyList<string> Texts(ConfiguredValue[] own, OptionKey<TTarget> key)
    {
        if (!key.IsList)
        {
            return [own[^1].Text];
        }

        var items = own.Where(value => ItemOf(value.Key, key.Name) is not null).OrderBy(value => ItemOf(value.Key, key.Name)).ToArray();
        return items.Length > 0
            ? [.. items.Select(item => item.Text)]
            : own[^1].Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private OptionError Unknown(ConfiguredValue value)
    {
        var inner = schema.Where(key => key.Name.StartsWith(value.Key + ":", StringComparison.OrdinalIgnoreCase)).Select(key => prefix + key.Name).ToArray();
        var nearest = NearestKey.Find(value.Key, schema.Select(key => key.Name));
        var isSecret = schema.Any(key => key.IsSecret && key.Name == nearest);
        var problem = inner.Length > 0 ? "unknown key; it is a section with the keys " + string.Join(", ", inner)
            : nearest is not null ? $"unknown key; did you mean {prefix}{nearest}?"
            : "unknown key; the known ones stand in --help";
        return new OptionError(
            prefix + Redaction.Show(value.Key), isSecret ? "***" : Redaction.ShowUnknown(value.Key, value.Text), value.Source, problem);
    }
}
