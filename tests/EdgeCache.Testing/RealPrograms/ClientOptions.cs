namespace EdgeCache.Testing.RealPrograms;

/// <summary>How a real client reaches a registry.</summary>
public sealed record ClientOptions
{
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>The authority of a https registry; without it skopeo and podman do not check certificates.</summary>
    public string? CaFile { get; init; }

    internal string? Credentials => Username is null ? null : $"{Username}:{Password}";
}
