namespace EdgeCache.Origin;

/// <summary>What a Docker config.json says of a host.</summary>
public enum DockerConfigOutcome
{
    /// <summary>It holds credentials for the host.</summary>
    Found,

    /// <summary>It says nothing of the host.</summary>
    NotFound,

    /// <summary>It points to a credential helper or an identity token, neither of which this node uses.</summary>
    Unsupported,

    /// <summary>It is no such file, or its entry cannot be read.</summary>
    Malformed,
}
