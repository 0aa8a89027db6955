using System.Collections.Concurrent;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Tests.Fill;

/// <summary>An origin in memory whose answers a test scripts and counts.</summary>
internal sealed class ScriptedOrigin : IOrigin
{
    private readonly ConcurrentQueue<string> _calls = new();
    private readonly ConcurrentQueue<ResumePoint> _points = new();

    /// <summary>What stands behind it; itself unless set.</summary>
    public IOrigin? Behind { get; set; }

    public IOrigin Upstream => Behind ?? this;

    public Func<RepositoryKey, Digest, CancellationToken, ValueTask<OriginAnswer>> Blob { get; set; } =
        (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotFound));

    public Func<RepositoryKey, Reference, ManifestTypes, ValueTask<OriginAnswer>> Manifest { get; set; } =
        (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotFound));

    public Func<RepositoryKey, Reference, ManifestTypes, ValueTask<OriginAnswer>> Head { get; set; } =
        (_, _, _) => ValueTask.FromResult(new OriginAnswer(OriginOutcome.NotFound));

    /// <summary>The last manifest that was fetched.</summary>
    public ManifestQuery Query { get; private set; }

    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Where the GETs of blobs wanted to begin.</summary>
    public IReadOnlyList<ResumePoint> Points => [.. _points];

    public ValueTask<OriginAnswer> GetManifestAsync(RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken)
    {
        Query = query;
        _calls.Enqueue($"GET manifest {repository} {query.Reference}");
        return Manifest(repository, query.Reference, query.Accept);
    }

    public ValueTask<OriginAnswer> HeadManifestAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken)
    {
        _calls.Enqueue($"HEAD manifest {repository} {reference}");
        return Head(repository, reference, accept);
    }

    public ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, ResumePoint from, CancellationToken cancellationToken)
    {
        _calls.Enqueue($"GET blob {repository} {digest}");
        _points.Enqueue(from);
        return Blob(repository, digest, cancellationToken);
    }

    public static OriginAnswer Found(byte[] content, bool withLength = true) =>
        new(OriginOutcome.Found, new MemoryStream(content)) { ContentLength = withLength ? content.Length : null, StatusCode = 200 };

    public static OriginAnswer Found(Stream body, long? length) => new(OriginOutcome.Found, body) { ContentLength = length, StatusCode = 200 };
}
