namespace EdgeCache.Core.Oci;

/// <summary>
/// A repository of one upstream: the scope of every right. Bytes are shared between repositories, links and tags never are.
/// </summary>
/// <param name="Upstream">The upstream's configured name, such as <c>docker.io</c>.</param>
/// <param name="Repository">The repository's name as the upstream knows it.</param>
public readonly record struct RepositoryKey(string Upstream, RepositoryName Repository)
{
    public override string ToString() => $"{Upstream}/{Repository}";
}
