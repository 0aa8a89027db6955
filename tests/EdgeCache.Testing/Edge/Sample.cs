using EdgeCache.Core.Oci;
using EdgeCache.Demo;

namespace EdgeCache.Testing.Edge;

/// <summary>A repository with one image, tag <c>latest</c>, of layers that are random bytes of exact sizes.</summary>
internal sealed class Sample
{
    /// <summary>A layer that is verified before its first byte is sent.</summary>
    public const int SmallBytes = 10_000;

    /// <summary>A layer that is streamed while it comes.</summary>
    public const int LargeBytes = 1 << 20;

    private Sample(SampleRepository repository, SampleImage image, SampleLayer[] layers)
    {
        Repository = repository;
        Image = image;
        Layers = layers;
    }

    public SampleRepository Repository { get; }

    public SampleImage Image { get; }

    public SampleLayer[] Layers { get; }

    public string Name => Repository.Name.Value;

    public static Sample Create(string name, params int[] layerBytes) => CreateSeeded(name, 1, layerBytes);

    public static Sample CreateSeeded(string name, int seed, params int[] layerBytes)
    {
        var layers = layerBytes.Select((size, index) => SampleLayer.Opaque(seed * 1000 + index, size)).ToArray();
        var builder = new SampleRepositoryBuilder(name);
        var image = builder.AddImage(layers, "latest");
        return new Sample(builder.Build(), image, layers);
    }

    public string BlobPath(int layer) => EdgeClient.Blob(Name, Layers[layer].Digest);

    public string TagPath(string tag = "latest") => EdgeClient.Manifest(Name, tag);

    public string ManifestPath => EdgeClient.Manifest(Name, Image.Digest);

    public Digest BlobDigest(int layer) => Layers[layer].Digest;
}
