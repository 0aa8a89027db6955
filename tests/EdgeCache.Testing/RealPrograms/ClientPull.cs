using EdgeCache.Core.Oci;

namespace EdgeCache.Testing.RealPrograms;

/// <summary>What came of a real client's pull.</summary>
/// <param name="Digest">The digest of the manifest that the name stood for; none where the pull failed.</param>
/// <param name="Output">What the client said.</param>
public sealed record ClientPull(Digest Digest, string Output)
{
    public bool Succeeded => !Digest.IsNone;

    /// <summary>Every manifest and blob that the client has then, by the digest of its bytes; only of clients that keep them as they came.</summary>
    public IReadOnlySet<Digest> Content { get; init; } = new HashSet<Digest>();

    /// <exception cref="InvalidOperationException">The pull failed; the message has the client's output.</exception>
    public Digest EnsureSuccess() => Succeeded ? Digest : throw new InvalidOperationException($"The pull failed:\n{Output}");
}
