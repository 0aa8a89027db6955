using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Load.Processes;

/// <summary>What an origin is to serve, and how fast.</summary>
/// <param name="BlobBytes">The sizes of the blobs of <see cref="Repository"/>, all different in content; its image <c>latest</c> names them all.</param>
/// <param name="HasSampleImages">Whether it serves the sample images of <c>edgecache demo</c> too.</param>
/// <param name="BytesPerSecond">The rate of all bodies together; 0 is as fast as it goes.</param>
internal sealed record StageContent(IReadOnlyList<long> BlobBytes, bool HasSampleImages = false, long BytesPerSecond = 0)
{
    /// <summary>Images that are made from numbers, instead of everything else; null is none.</summary>
    public SyntheticSettings? Synthetic { get; init; }

    public const string Repository = "load/blobs";

    public const string ImageRepository = "load/image";

    /// <summary>The sizes of the layers of one more image, <c>latest</c> of <see cref="ImageRepository"/>; empty is no such image.</summary>
    public IReadOnlyList<long> ImageLayerBytes { get; init; } = [];
}
