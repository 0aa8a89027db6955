using System.Text.Json.Nodes;
using EdgeCache.Core.Oci;

namespace EdgeCache.Demo;

/// <summary>Puts a <see cref="SampleRepository"/> together. Not thread-safe; the same calls give the same bytes.</summary>
public sealed class SampleRepositoryBuilder(string name)
{
    private const string OciConfig = "application/vnd.oci.image.config.v1+json";
    private const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    private const string EmptyType = "application/vnd.oci.empty.v1+json";

    private readonly RepositoryName _name = RepositoryName.Parse(name);
    private readonly Dictionary<string, Digest> _tags = [];
    private readonly Dictionary<Digest, SampleManifest> _manifests = [];
    private readonly Dictionary<Digest, byte[]> _blobs = [];

    /// <summary>Adds an image of these layers, from the bottom up; a subject makes it a referrer (OCI format only).</summary>
    public SampleImage AddImage(
        IReadOnlyList<SampleLayer> layers, string? tag = null, SampleFormat format = SampleFormat.Oci, string architecture = "amd64", SampleImage? subject = null)
    {
        var config = SampleJson.ToBytes(CreateConfig(layers, architecture));
        var configDigest = AddBlob(config);
        var described = new JsonArray();
        foreach (var layer in layers)
        {
            AddBlob(layer.Bytes);
            described.Add((JsonNode)SampleJson.Describe(layer.MediaTypeIn(format), layer.Digest, layer.Bytes.Length));
        }

        var isDocker = format == SampleFormat.Docker;
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = isDocker ? MediaTypes.DockerManifest : MediaTypes.OciManifest,
            ["config"] = SampleJson.Describe(isDocker ? DockerConfig : OciConfig, configDigest, config.Length),
            ["layers"] = described,
        };
        AddSubject(manifest, subject);
        return AddManifest(manifest, tag) with
        {
            Architecture = architecture,
            Config = configDigest,
            Layers = [.. layers.Select(layer => layer.Digest)],
        };
    }

    /// <summary>Adds an index of images of this repository.</summary>
    public SampleImage AddIndex(IReadOnlyList<SampleImage> members, string? tag = null, SampleFormat format = SampleFormat.Oci)
    {
        var described = new JsonArray();
        foreach (var member in members)
        {
            var platform = member.Architecture is { } architecture ? new JsonObject { ["architecture"] = architecture, ["os"] = "linux" } : null;
            described.Add((JsonNode)SampleJson.Describe(member.MediaType, member.Digest, member.Bytes.Length, ("platform", platform)));
        }

        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = format == SampleFormat.Docker ? MediaTypes.DockerManifestList : MediaTypes.OciIndex,
            ["manifests"] = described,
        };
        return AddManifest(index, tag) with { Members = members };
    }

    /// <summary>Adds an artifact of one blob with the empty configuration <c>{}</c> (OCI image-spec 1.1, "Guidelines for Artifact Usage").</summary>
    public SampleImage AddArtifact(string artifactType, byte[] content, string? tag = null, SampleImage? subject = null)
    {
        var empty = "{}"u8.ToArray();
        var emptyDigest = AddBlob(empty);
        var contentDigest = AddBlob(content);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
            ["artifactType"] = artifactType,
            ["config"] = SampleJson.Describe(EmptyType, emptyDigest, empty.Length, ("data", "e30=")),
            ["layers"] = new JsonArray(SampleJson.Describe(artifactType, contentDigest, content.Length)),
        };
        AddSubject(manifest, subject);
        return AddManifest(manifest, tag) with { ArtifactType = artifactType, Config = emptyDigest, Layers = [contentDigest] };
    }

    /// <summary>Adds a manifest of any bytes, also malformed ones.</summary>
    public SampleImage AddManifest(string mediaType, byte[] bytes, string? tag = null)
    {
        var digest = Digest.Compute(bytes);
        _manifests[digest] = new SampleManifest(mediaType, bytes);
        if (tag is not null)
        {
            _tags[tag] = digest;
        }

        return new SampleImage { Digest = digest, MediaType = mediaType, Bytes = bytes };
    }

    public Digest AddBlob(byte[] bytes, DigestAlgorithm algorithm = DigestAlgorithm.Sha256)
    {
        var digest = Digest.Compute(bytes, algorithm);
        _blobs[digest] = bytes;
        return digest;
    }

    public SampleRepositoryBuilder Tag(string tag, SampleImage image)
    {
        _tags[tag] = image.Digest;
        return this;
    }

    /// <summary>What was added so far; the builder may go on.</summary>
    public SampleRepository Build() => new(
        _name, new Dictionary<string, Digest>(_tags), new Dictionary<Digest, SampleManifest>(_manifests), new Dictionary<Digest, byte[]>(_blobs));

    private SampleImage AddManifest(JsonObject manifest, string? tag) =>
        AddManifest((string)manifest["mediaType"]!, SampleJson.ToBytes(manifest), tag);

    private static void AddSubject(JsonObject manifest, SampleImage? subject)
    {
        if (subject is not null)
        {
            manifest["subject"] = SampleJson.Describe(subject.MediaType, subject.Digest, subject.Bytes.Length);
        }
    }

    private static JsonObject CreateConfig(IReadOnlyList<SampleLayer> layers, string architecture)
    {
        var diffIds = new JsonArray();
        var history = new JsonArray();
        foreach (var layer in layers)
        {
            diffIds.Add((JsonNode)layer.DiffId.ToString());
            history.Add((JsonNode)new JsonObject { ["created"] = "2024-01-01T00:00:00Z", ["created_by"] = "edgecache sample" });
        }

        return new JsonObject
        {
            ["created"] = "2024-01-01T00:00:00Z",
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["config"] = new JsonObject { ["Env"] = new JsonArray("PATH=/bin"), ["Cmd"] = new JsonArray("/samples") },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = diffIds },
            ["history"] = history,
        };
    }
}
