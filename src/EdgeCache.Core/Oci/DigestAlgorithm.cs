namespace EdgeCache.Core.Oci;

/// <summary>The hash algorithms a registry digest may name here (OCI image-spec, "Digests": the two registered ones). Values are kept on disk.</summary>
public enum DigestAlgorithm : byte
{
    None = 0,
    Sha256 = 1,
    Sha512 = 2,
}
