namespace EdgeCache.Core.Oci;

/// <summary>
/// Docker Hub's short names: clients add <c>library/</c> to a one-component name themselves only where they know that they speak of docker.io,
/// so a name that comes under a path prefix of ours lacks it (PROTOCOL 2). Pure.
/// </summary>
public static class DockerHubNames
{
    private const string OfficialPrefix = "library/";

    /// <summary>Whether an upstream's name, or the host of an endpoint, means Docker Hub: <c>docker.io</c> and whatever lies under it.</summary>
    public static bool IsDockerHub(ReadOnlySpan<char> nameOrHost) =>
        nameOrHost.Equals("docker.io", StringComparison.OrdinalIgnoreCase)
        || nameOrHost.EndsWith(".docker.io", StringComparison.OrdinalIgnoreCase);

    /// <summary>The name under which Docker Hub keeps the repository: <c>library/</c> before a single component, any other name as it is.
    /// Applying it twice changes nothing.</summary>
    public static RepositoryName Canonical(in RepositoryName name)
    {
        if (name.Value.Length == 0 || name.Value.Contains('/'))
        {
            return name;
        }

        // A component of 248 characters or more has no room for the prefix; it names nothing on Docker Hub either way.
        return RepositoryName.TryParse(OfficialPrefix + name.Value, out var canonical) ? canonical : name;
    }
}
