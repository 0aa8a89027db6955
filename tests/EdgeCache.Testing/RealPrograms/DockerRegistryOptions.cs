namespace EdgeCache.Testing.RealPrograms;

/// <summary>How a <see cref="DockerRegistry"/> is set up; plain http for anybody where nothing is set.</summary>
public sealed record DockerRegistryOptions
{
    /// <summary>The user of basic authentication (htpasswd).</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Token authentication by this server.</summary>
    public JwtTokenServer? Tokens { get; init; }

    /// <summary>The certificate of https.</summary>
    public TestServerCertificate? Certificate { get; init; }
}
