using EdgeCache.Core.Oci;
using EdgeCache.Demo;

namespace EdgeCache.Benchmarks;

/// <summary>The one image that all benchmarks ask for: a manifest, a layer that is copied into memory and one that is not. Immutable.</summary>
internal sealed class SampleContent
{
    public const string Upstream = "docker.io";
    public const string Tag = "latest";

    private const int SmallBytes = 4 << 10;
    private const int LargeBytes = 1 << 20;

    private SampleContent()
    {
        Small = SampleLayer.Opaque(1, SmallBytes);
        Large = SampleLayer.Opaque(2, LargeBytes);
        var builder = new SampleRepositoryBuilder("library/nginx");
        Image = builder.AddImage([Small, Large], Tag);
        Content = builder.Build();
        Repository = new RepositoryKey(Upstream, Content.Name);
    }

    public static SampleContent Instance { get; } = new();

    public RepositoryKey Repository { get; }

    public SampleRepository Content { get; }

    public SampleImage Image { get; }

    public SampleLayer Small { get; }

    public SampleLayer Large { get; }

    public string TagTarget => $"/v2/{Repository.Repository}/manifests/{Tag}";

    public string ManifestTarget => $"/v2/{Repository.Repository}/manifests/{Image.Digest}";

    public string SmallTarget => $"/v2/{Repository.Repository}/blobs/{Small.Digest}";

    public string LargeTarget => $"/v2/{Repository.Repository}/blobs/{Large.Digest}";
}
