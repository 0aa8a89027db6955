using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Work;

/// <summary>An upstream without a network that has all of a content, sent bit by bit. Safe for concurrent use.</summary>
internal sealed class LabOrigin(LabContent content) : IOrigin
{
    public ValueTask<OriginAnswer> GetManifestAsync(RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<OriginAnswer> HeadManifestAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, ResumePoint from, CancellationToken cancellationToken)
    {
        if (content.Find(digest) is not { } bytes)
        {
            return ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotFound));
        }

        var body = new MemoryStream(bytes, (int)from.Offset, bytes.Length - (int)from.Offset, writable: false);
        return ValueTask.FromResult(new OriginAnswer(OriginOutcome.Found, body) { ContentLength = body.Length, Offset = from.Offset, StatusCode = from.Offset > 0 ? 206 : 200 });
    }
}
