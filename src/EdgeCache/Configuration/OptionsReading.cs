namespace EdgeCache.Configuration;

/// <summary>What reading the configuration came to: options where there is no error, else every error at once.</summary>
internal sealed record OptionsReading(EdgeCacheOptions Options, IReadOnlyList<OptionError> Errors)
{
    public bool IsValid => Errors.Count == 0;
}
