using EdgeCache.Origin;

namespace EdgeCache.Configuration;

/// <summary>One upstream while it is read: its options, and the files whose secrets go into them.</summary>
internal sealed record UpstreamDraft
{
    public required UpstreamOptions Options { get; init; }

    public string? PasswordFile { get; init; }

    public string? DockerConfigFile { get; init; }
}
