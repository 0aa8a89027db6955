using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeCache.Core.Oci;

namespace EdgeCache.Demo;

/// <summary>A repository's whole content in memory, as a registry would serve it. Immutable; safe for concurrent use.</summary>
public sealed class SampleRepository
{
    internal SampleRepository(
        RepositoryName name,
        IReadOnlyDictionary<string, Digest> tags,
        IReadOnlyDictionary<Digest, SampleManifest> manifests,
        IReadOnlyDictionary<Digest, byte[]> blobs)
    {
        Name = name;
        Tags = tags;
        Manifests = manifests;
        Blobs = blobs;
    }

    public RepositoryName Name { get; }

    public IReadOnlyDictionary<string, Digest> Tags { get; }

    public IReadOnlyDictionary<Digest, SampleManifest> Manifests { get; }

    public IReadOnlyDictionary<Digest, byte[]> Blobs { get; }

    /// <summary>The digest that a tag or a digest's text means here.</summary>
    public bool TryResolve(Reference reference, out Digest digest)
    {
        digest = reference.Digest;
        return reference.IsDigest ? Manifests.ContainsKey(digest) : reference.Tag is { } tag && Tags.TryGetValue(tag, out digest);
    }

    /// <summary>The index of the manifests whose <c>subject</c> is a digest (OCI distribution specification, "Listing Referrers").</summary>
    public byte[] ListReferrers(Digest subject, string? artifactType = null)
    {
        var descriptors = new JsonArray();
        foreach (var (digest, manifest) in Manifests)
        {
            using var document = JsonDocument.Parse(manifest.Bytes);
            var root = document.RootElement;
            if (!root.TryGetProperty("subject", out var target) || target.GetProperty("digest").GetString() != subject.ToString())
            {
                continue;
            }

            var type = root.TryGetProperty("artifactType", out var named) ? named.GetString() : null;
            if (artifactType is null || artifactType == type)
            {
                descriptors.Add((JsonNode)SampleJson.Describe(manifest.MediaType, digest, manifest.Bytes.Length, ("artifactType", type)));
            }
        }

        return SampleJson.ToBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciIndex,
            ["manifests"] = descriptors,
        });
    }
}
