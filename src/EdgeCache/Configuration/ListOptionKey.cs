using System.Globalization;

namespace EdgeCache.Configuration;

/// <summary>A key with several values: a JSON array, or one text with commas.</summary>
internal sealed class ListOptionKey<TTarget, TValue>(
    string name,
    (ValueKind<TValue> Kind, int Least, int Most) values,
    Func<TTarget, IReadOnlyList<TValue>> get,
    Func<TTarget, IReadOnlyList<TValue>, TTarget> with,
    string meaning)
    : OptionKey<TTarget>(name, meaning)
{
    public override bool IsList => true;

    public override string Allowed => string.Create(
        CultureInfo.InvariantCulture, $"{values.Least} to {values.Most} of: {values.Kind.Allowed}");

    public override string? Apply(IReadOnlyList<string> texts, ref TTarget target)
    {
        if (texts.Count < values.Least || texts.Count > values.Most)
        {
            return string.Join(",", texts);
        }

        var parsed = new List<TValue>(texts.Count);
        foreach (var text in texts)
        {
            if (!values.Kind.TryParse(text, out var value))
            {
                return text;
            }

            parsed.Add(value);
        }

        target = with(target, parsed);
        return null;
    }

    public override string Show(TTarget target) => string.Join(",", get(target).Select(values.Kind.Format));
}
