namespace EdgeCache.Core.Caching;

/// <summary>What an upstream's configuration says of a tag's freshness.</summary>
/// <param name="Lifetime">How long it is served without asking; <see cref="TimeSpan.MaxValue"/> for a tag that never moves.</param>
/// <param name="StaleIfError">How long after that it may be served while upstream fails; <see cref="TimeSpan.MaxValue"/> for ever.</param>
public readonly record struct FreshnessRule(TimeSpan Lifetime, TimeSpan StaleIfError)
{
    /// <summary>In which failures it may.</summary>
    public OutageContract Outage { get; init; } = OutageContract.Default;
}
