using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Simulation;

/// <summary>A blob with the repositories that hold it upstream.</summary>
internal sealed record SimObject(int Number, byte[] Bytes, Digest Digest, IReadOnlySet<RepositoryKey> Holders)
{
    public override string ToString() => $"blob {Number} ({Bytes.Length} B)";
}
