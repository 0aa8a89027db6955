namespace EdgeCache.Load.Processes;

/// <summary>What an origin is to serve, and how fast.</summary>
/// <param name="BlobBytes">The sizes of the blobs of <see cref="Repository"/>, all different in content; its image <c>latest</c> names them all.</param>
/// <param name="HasSampleImages">Whether it serves the sample images of <c>edgecache demo</c> too.</param>
/// <param name="BytesPerSecond">The rate of all bodies together; 0 is as fast as it goes.</param>
internal sealed record StageContent(IReadOnlyList<long> BlobBytes, bool HasSampleImages = false, long BytesPerSecond = 0)
{
    public const string Repository = "load/blobs";
}
