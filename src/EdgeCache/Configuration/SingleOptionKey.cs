namespace EdgeCache.Configuration;

/// <summary>A key with one value.</summary>
internal sealed class SingleOptionKey<TTarget, TValue>(
    string name, ValueKind<TValue> kind, Func<TTarget, TValue?> get, Func<TTarget, TValue, TTarget> with, string meaning)
    : OptionKey<TTarget>(name, meaning)
{
    public override bool IsList => false;

    public override string Allowed => kind.Allowed;

    public override string? Apply(IReadOnlyList<string> values, ref TTarget target)
    {
        // A key with one value is given exactly one by the reader; the last wins all the same.
        var text = values[^1];
        if (!kind.TryParse(text, out var value))
        {
            return text;
        }

        target = with(target, value);
        return null;
    }

    public override string Show(TTarget target)
    {
        var value = get(target);
        return value is null ? string.Empty : IsSecret ? "(set)" : kind.Format(value);
    }
}
