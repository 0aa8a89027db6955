namespace EdgeCache.Configuration;

/// <summary>Reads one text into a value; false where the text is not allowed.</summary>
internal delegate bool ValueParser<T>(string text, out T value);

/// <summary>A kind of configuration value: what is allowed (as people read it), how it is read and how it is shown.</summary>
internal sealed record ValueKind<T>(string Allowed, ValueParser<T> TryParse, Func<T, string> Format);
