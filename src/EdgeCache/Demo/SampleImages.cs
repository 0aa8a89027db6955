using System.Text;

namespace EdgeCache.Demo;

/// <summary>The sample repositories: one of each kind of content that clients pull. Deterministic in the seed.</summary>
public static class SampleImages
{
    /// <summary>The layers of <see cref="CreateManyLayers"/>.</summary>
    public const int ManyLayers = 35;

    private const int KiB = 1024;

    /// <summary>All kinds, each in a repository of its own.</summary>
    /// <param name="largeLayerBytes">The size of the one larger layer.</param>
    public static IReadOnlyList<SampleRepository> CreateAll(int seed = 1, int largeLayerBytes = 16 * KiB * KiB) =>
    [
        CreateMultiArch("library/hello", seed),
        CreateMultiArch("library/hello-docker", seed + 100, SampleFormat.Docker),
        CreateManyLayers("library/layers", seed + 200),
        CreateLarge("library/large", seed + 300, largeLayerBytes),
        CreateArtifact("tools/report", seed + 400),
    ];

    /// <summary>An index (tags <c>latest</c>, <c>1.0</c>) of an amd64 and an arm64 image of two layers, one of them shared; the amd64 image also has the tag <c>amd64</c>.</summary>
    public static SampleRepository CreateMultiArch(string name, int seed, SampleFormat format = SampleFormat.Oci)
    {
        var builder = new SampleRepositoryBuilder(name);
        var shared = SampleLayer.Gzip(seed, 48 * KiB);
        var amd64 = builder.AddImage([shared, SampleLayer.Gzip(seed + 1, 96 * KiB)], "amd64", format);
        var arm64 = builder.AddImage([shared, SampleLayer.Gzip(seed + 2, 96 * KiB)], null, format, "arm64");
        var index = builder.AddIndex([amd64, arm64], "latest", format);
        return builder.Tag("1.0", index).Build();
    }

    /// <summary>One image of 35 small layers, tag <c>latest</c>.</summary>
    public static SampleRepository CreateManyLayers(string name, int seed)
    {
        var builder = new SampleRepositoryBuilder(name);
        builder.AddImage([.. Enumerable.Range(0, ManyLayers).Select(index => SampleLayer.Gzip(seed + index, 4 * KiB + 512 * index))], "latest");
        return builder.Build();
    }

    /// <summary>One image of a small layer and a large, incompressible one, tag <c>latest</c>.</summary>
    public static SampleRepository CreateLarge(string name, int seed, int largeLayerBytes)
    {
        var builder = new SampleRepositoryBuilder(name);
        builder.AddImage([SampleLayer.Gzip(seed, 16 * KiB), SampleLayer.Tar(seed + 1, largeLayerBytes)], "latest");
        return builder.Build();
    }

    /// <summary>An artifact with its type and the empty configuration (tag <c>v1</c>), and two referrers of it.</summary>
    public static SampleRepository CreateArtifact(string name, int seed)
    {
        var builder = new SampleRepositoryBuilder(name);
        var artifact = builder.AddArtifact("application/vnd.edgecache.report", Encoding.UTF8.GetBytes($"report {seed}\n"), "v1");
        builder.AddArtifact("application/vnd.edgecache.signature", Encoding.UTF8.GetBytes($"signature {seed}\n"), null, artifact);
        builder.AddArtifact("application/vnd.edgecache.sbom", Encoding.UTF8.GetBytes($"bill of materials {seed}\n"), null, artifact);
        return builder.Build();
    }
}
