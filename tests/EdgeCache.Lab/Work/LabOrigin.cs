using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Work;

/// <summary>An upstream without a network that has all of a content, sent bit by bit. Safe for concurrent use.</summary>
internal sealed class LabOrigin(LabContent content) : IOrigin
{
    public ValueTask<OriginAnswer> GetManifestAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, Digest ifNoneMatch, FetchPriority priority, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<OriginAnswer> HeadManifestAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, long offset, CancellationToken cancellationToken)
    {
        if (content.Find(digest) is not { } bytes)
        {
            return ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotFound));
        }

        var body = new MemoryStream(bytes, (int)offset, bytes.Length - (int)offset, writable: false);
        return ValueTask.FromResult(new OriginAnswer(OriginOutcome.Found, body) { ContentLength = body.Length, Offset = offset, StatusCode = offset > 0 ? 206 : 200 });
    }
}
