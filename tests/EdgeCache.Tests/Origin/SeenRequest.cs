namespace EdgeCache.Tests.Origin;

/// <summary>A request as a <see cref="FakeUpstream"/> saw it.</summary>
internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    public string Path => Target.Split('?')[0];
}
