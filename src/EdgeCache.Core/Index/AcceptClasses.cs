using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Index;

/// <summary>The classes of Accept under which a tag may be kept: every set of manifest types.</summary>
internal static class AcceptClasses
{
    public const int Count = (int)ManifestTypes.All + 1;
}
