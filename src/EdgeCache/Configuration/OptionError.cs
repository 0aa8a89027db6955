namespace EdgeCache.Configuration;

/// <summary>One thing that is wrong with the configuration. Safe to print: its value has no secret in it.</summary>
/// <param name="Key">The whole key, such as <c>EdgeCache:Cache:Limit</c>, or a flag.</param>
/// <param name="Value">The value as it may be shown; null where there is none.</param>
/// <param name="Source">Where the value comes from; null where nothing gives it.</param>
/// <param name="Problem">What is wrong, or what is allowed.</param>
internal sealed record OptionError(string Key, string? Value, string? Source, string Problem)
{
    public override string ToString() =>
        Key + (Value is null ? string.Empty : $" = \"{Value}\"") + (Source is null ? string.Empty : $" (from {Source})") + ": " + Problem;
}
