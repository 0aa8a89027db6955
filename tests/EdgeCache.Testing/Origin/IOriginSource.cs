using EdgeCache.Core.Oci;
using EdgeCache.Demo;

namespace EdgeCache.Testing.Origin;

/// <summary>Content that an origin serves beside its repositories and that is made when it is asked for. Implementations are safe for concurrent use.</summary>
public interface IOriginSource
{
    /// <summary>What a tag or a digest means in a repository; null where it means nothing.</summary>
    (Digest Digest, SampleManifest Manifest)? FindManifest(string repository, Reference reference);

    /// <summary>A blob of one repository; null where it has none such.</summary>
    OriginBody? FindBlob(string repository, Digest digest);
}
