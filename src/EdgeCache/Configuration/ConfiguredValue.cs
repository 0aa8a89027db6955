namespace EdgeCache.Configuration;

/// <summary>One value as it was configured.</summary>
/// <param name="Key">The key below the section, as it was written.</param>
/// <param name="Text">The value.</param>
/// <param name="Source">Where it comes from, as people read it.</param>
internal readonly record struct ConfiguredValue(string Key, string Text, string Source);
