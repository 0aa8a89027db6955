using EdgeCache.Core.Oci;
using EdgeCache.Demo;
using EdgeCache.Testing.Edge;

namespace EdgeCache.Lab.Http;

/// <summary>What a scene's upstream has: a repository that a node has begun to pull, and one that it has never heard of. Immutable.</summary>
internal sealed class FaultContent
{
    private const int MaxSmallBytes = 60_000;
    private const int MinLargeBytes = 70_000;
    private const int MaxLargeBytes = 3_000_000;
    private const string Name = "lab/known";

    private readonly Sample _other;
    private readonly SampleLayer[] _layers;

    public FaultContent(Random chance)
    {
        _layers =
        [
            SampleLayer.Opaque(chance.Next(), chance.Next(1, MaxSmallBytes)), SampleLayer.Opaque(chance.Next(), chance.Next(1, MaxSmallBytes)),
            SampleLayer.Opaque(chance.Next(), chance.Next(MinLargeBytes, MaxLargeBytes)),
        ];
        var builder = new SampleRepositoryBuilder(Name);
        Image = builder.AddImage(_layers, "latest");
        Next = builder.AddImage(_layers[..1], "next");
        _other = Sample.CreateSeeded("lab/unknown", chance.Next(1_000_000), chance.Next(1, MaxSmallBytes), chance.Next(MinLargeBytes, MaxLargeBytes));
        Repositories = [builder.Build(), _other.Repository];
    }

    public IReadOnlyList<SampleRepository> Repositories { get; }

    /// <summary>What the held tag means.</summary>
    public SampleImage Image { get; }

    /// <summary>What it may come to mean.</summary>
    public SampleImage Next { get; }

    /// <summary>The tag that is held.</summary>
    public Pull Tag => new(EdgeClient.Manifest(Name, "latest"), [Image.Bytes]);

    /// <summary>What is held by its digest before the upstream fails.</summary>
    public IReadOnlyList<Pull> Held => [new(EdgeClient.Manifest(Name, Image.Digest), [Image.Bytes]), Layer(0)];

    /// <summary>Everything that has a digest.</summary>
    public IReadOnlyList<Pull> Digests =>
    [
        .. Held, Layer(1), Layer(2), new(EdgeClient.Manifest(Name, Next.Digest), [Next.Bytes]), Of(PullTarget.ManifestByDigest), Of(PullTarget.SmallBlob),
        Of(PullTarget.LargeBlob),
    ];

    public Pull Of(PullTarget target) => target switch
    {
        PullTarget.DescribedSmallBlob => Layer(1),
        PullTarget.DescribedLargeBlob => Layer(2),
        PullTarget.SmallBlob => new(_other.BlobPath(0), [_other.Layers[0].Bytes]),
        PullTarget.LargeBlob => new(_other.BlobPath(1), [_other.Layers[1].Bytes]),
        PullTarget.ManifestByDigest => new(_other.ManifestPath, [_other.Image.Bytes]),
        PullTarget.UnknownTag => new(_other.TagPath(), [_other.Image.Bytes]),
        PullTarget.StaleTag => Tag,
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, null),
    };

    /// <summary>Where the tag of the held repository may be moved.</summary>
    public (string Repository, string Tag, Digest Digest) Move => (Name, "latest", Next.Digest);

    private Pull Layer(int layer) => new(EdgeClient.Blob(Name, _layers[layer].Digest), [_layers[layer].Bytes]);
}
