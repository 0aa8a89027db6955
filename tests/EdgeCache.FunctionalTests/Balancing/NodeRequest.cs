namespace EdgeCache.FunctionalTests.Balancing;

/// <summary>A request as a node of a fleet got it.</summary>
internal sealed record NodeRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);
}
