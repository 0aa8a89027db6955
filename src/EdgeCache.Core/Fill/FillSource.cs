using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>
/// One place a digest can be fetched from on behalf of one repository. An error belongs to its source: what repository B's source answers never
/// fails the readers of A. Mutable state is the fill's, under its lock.
/// </summary>
internal sealed class FillSource
{
    public FillSource(RepositoryKey repository, long expectedBytes)
    {
        Repository = repository;
        ExpectedBytes = expectedBytes;
    }

    public RepositoryKey Repository { get; }

    /// <summary>The size by the descriptor; -1 where none is known.</summary>
    public long ExpectedBytes { get; }

    /// <summary>Whether this upstream and repository answered with the content in this fill.</summary>
    public bool Confirmed { get; set; }

    /// <summary>Why it was given up; null while it has not been.</summary>
    public FillFailure? Failure { get; set; }
}
