using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Testing.Origin;

namespace EdgeCache.Testing.Synthetic;

/// <summary>
/// One image through its versions: the layers of its family at the bottom, its own above them. A new version changes the uppermost layer, sometimes the one below it,
/// and the configuration. Safe for concurrent use.
/// </summary>
internal sealed class SyntheticImage
{
    /// <summary>Older versions are forgotten: nobody pulls them any more.</summary>
    private const int MaxVersions = 8;
    private const int MaxOwnLayers = 5;

    /// <summary>The share of images that are an index of two platforms, and of versions that change two layers.</summary>
    private const double IndexShare = 0.4;
    private const double DeepChangeShare = 0.3;

    /// <summary>Nobody here pulls the second platform; its one layer of its own is made small.</summary>
    private const long OtherPlatformBytes = 64 << 10;
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar+gzip";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";

    private readonly ulong _identity;
    private readonly double _scale;
    private readonly IReadOnlyList<SyntheticBlob> _family;
    private readonly Lock _deploying = new(); // One new version at a time.
    private int _version;
    private ImmutableArray<SyntheticVersion> _versions;

    /// <param name="identity">What makes it different from other images.</param>
    /// <param name="family">The layers at the bottom.</param>
    public SyntheticImage(ulong identity, double scale, IReadOnlyList<SyntheticBlob> family)
    {
        (_identity, _scale, _family) = (SyntheticBlob.Mix(identity), scale, family);
        _versions = [Build(0)];
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<SyntheticVersion> Versions => Kept();

    public void Deploy()
    {
        lock (_deploying)
        {
            var kept = _versions.Insert(0, Build(++_version));
            ImmutableInterlocked.InterlockedExchange(ref _versions, kept.Length > MaxVersions ? kept.RemoveAt(MaxVersions) : kept);
        }
    }

    public (Digest Digest, SampleManifest Manifest)? FindManifest(Reference reference)
    {
        var versions = Kept();
        if (!reference.IsDigest)
        {
            return reference.Tag == SyntheticSettings.Tag ? (versions[0].Root, versions[0].Manifests[versions[0].Root]) : null;
        }

        foreach (var version in versions)
        {
            if (version.Manifests.TryGetValue(reference.Digest, out var manifest))
            {
                return (reference.Digest, manifest);
            }
        }

        return null;
    }

    public OriginBody? FindBlob(Digest digest)
    {
        foreach (var version in Kept())
        {
            if (version.Blobs.TryGetValue(digest, out var blob))
            {
                return blob;
            }
        }

        return null;
    }

    /// <summary>A layer with an identity and, by it, a size of its own.</summary>
    public static SyntheticBlob CreateLayer(ulong identity, double scale, long maxBytes = long.MaxValue) =>
        SyntheticBlob.Create(identity, Math.Min(maxBytes, (long)(BlobSizes.At(ShareOf(SyntheticBlob.Mix(identity))) * scale)));

    private static double ShareOf(ulong value) => (value >> 11) * (1.0 / (1L << 53));

    private ImmutableArray<SyntheticVersion> Kept() => ImmutableInterlocked.InterlockedCompareExchange(ref _versions, default, default);

    private SyntheticVersion Build(int version)
    {
        var manifests = new Dictionary<Digest, SampleManifest>();
        var blobs = new Dictionary<Digest, OriginBody>();
        var layers = _family.Concat(OwnLayers(version)).ToList();
        var main = AddPlatform("amd64", layers, version, manifests, blobs);
        if (ShareOf(Draw("index", 0, 0)) >= IndexShare)
        {
            return new SyntheticVersion(main, manifests, blobs);
        }

        var other = AddPlatform(
            "arm64", [.. _family, CreateLayer(Draw("other", 0, version), _scale, OtherPlatformBytes)], version, manifests, blobs);
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciIndex,
            ["manifests"] = new JsonArray(Member(main, "amd64", manifests), Member(other, "arm64", manifests)),
        };
        return new SyntheticVersion(AddManifest(MediaTypes.OciIndex, index, manifests), manifests, blobs);
    }

    private IEnumerable<SyntheticBlob> OwnLayers(int version)
    {
        var count = 1 + (int)(Draw("layers", 0, 0) % MaxOwnLayers);
        for (var layer = 0; layer < count; layer++)
        {
            var changed = layer == count - 1 ? version
                : layer == count - 2 ? Enumerable.Range(1, version).Count(earlier => ShareOf(Draw("deep", 0, earlier)) < DeepChangeShare)
                : 0;
            yield return CreateLayer(Draw("layer", layer, changed), _scale);
        }
    }

    private Digest AddPlatform(
        string architecture, IReadOnlyList<SyntheticBlob> layers, int version, Dictionary<Digest, SampleManifest> manifests, Dictionary<Digest, OriginBody> blobs)
    {
        var config = SampleJson.ToBytes(CreateConfig(architecture, layers, version));
        var configDigest = Digest.Compute(config);
        blobs[configDigest] = OriginBody.Of(config);
        foreach (var layer in layers)
        {
            blobs[layer.Digest] = layer;
        }

        return AddManifest(MediaTypes.OciManifest, new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
            ["config"] = SampleJson.Describe(ConfigType, configDigest, config.Length),
            ["layers"] = new JsonArray([.. layers.Select(layer => SampleJson.Describe(LayerType, layer.Digest, layer.Length))]),
        }, manifests);
    }

    private JsonObject CreateConfig(string architecture, IReadOnlyList<SyntheticBlob> layers, int version) => new()
    {
        ["architecture"] = architecture,
        ["os"] = "linux",
        ["config"] = new JsonObject { ["Env"] = new JsonArray($"IMAGE={_identity:x16}", $"VERSION={version}"), ["Cmd"] = new JsonArray("/app") },
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. layers.Select(layer => (JsonNode)layer.Digest.ToString())]) },
        ["history"] = new JsonArray([.. layers.Select(layer => (JsonNode)new JsonObject { ["created_by"] = $"COPY {layer.Digest} / # edgecache synthetic layer" })]),
    };

    private static JsonNode Member(Digest digest, string architecture, Dictionary<Digest, SampleManifest> manifests) => SampleJson.Describe(
        MediaTypes.OciManifest, digest, manifests[digest].Bytes.Length, ("platform", new JsonObject { ["architecture"] = architecture, ["os"] = "linux" }));

    private static Digest AddManifest(string mediaType, JsonObject document, Dictionary<Digest, SampleManifest> manifests)
    {
        var bytes = SampleJson.ToBytes(document);
        var digest = Digest.Compute(bytes);
        manifests[digest] = new SampleManifest(mediaType, bytes);
        return digest;
    }

    /// <summary>A number that depends on the image, a purpose and two further numbers.</summary>
    private ulong Draw(string purpose, int first, int second)
    {
        var value = _identity;
        foreach (var letter in purpose)
        {
            value = SyntheticBlob.Mix(value ^ letter);
        }

        return SyntheticBlob.Mix(value ^ ((ulong)(uint)first << 32) ^ (uint)second);
    }
}
