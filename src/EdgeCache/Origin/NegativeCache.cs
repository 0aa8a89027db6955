using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Origin;

/// <summary>
/// The upstreams behind a memory of the tags that they do not have (PROMISES, "upstream quota"): a registry's own 404 is believed for some seconds, so that whoever
/// asks for it again and again asks us. Never what a registry refuses, limits or fails at; and no digest, which is asked for because something has just named
/// it: there a 404 may come of a replica that lags. Safe for concurrent use.
/// </summary>
internal sealed class NegativeCache : IOrigin
{
    public const int MaxEntries = 100_000;

    private readonly SieveCache<Question, Absence> _absences;
    private readonly OriginClient _upstream;
    private readonly Upstreams _upstreams;
    private readonly TimeProvider _time;

    public NegativeCache(OriginClient upstream, Upstreams upstreams, TimeProvider time, int maxEntries = MaxEntries)
    {
        _absences = new SieveCache<Question, Absence>(maxEntries);
        _upstream = upstream;
        _upstreams = upstreams;
        _time = time;
    }

    /// <summary>What is remembered, whether it may still be believed or not.</summary>
    public int Count => _absences.Count;

    public ValueTask<OriginAnswer> GetManifestAsync(RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken) => query.IsSecond
        ? _upstream.GetManifestAsync(repository, query, cancellationToken)
        : AskAsync(
            new Question(repository, query.Reference, query.Accept, IsHead: false),
            () => _upstream.GetManifestAsync(repository, query, cancellationToken));

    public ValueTask<OriginAnswer> HeadManifestAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken) =>
        AskAsync(
            new Question(repository, reference, accept, IsHead: true),
            () => _upstream.HeadManifestAsync(repository, reference, accept, cancellationToken));

    public ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, ResumePoint from, CancellationToken cancellationToken) =>
        _upstream.GetBlobAsync(repository, digest, from, cancellationToken);

    private async ValueTask<OriginAnswer> AskAsync(Question question, Func<ValueTask<OriginAnswer>> ask)
    {
        if (question.Reference.IsDigest)
        {
            return await ask();
        }

        if (_absences.TryGet(question, out var known))
        {
            if (_time.GetTimestamp() < known.Until)
            {
                return new OriginAnswer(OriginOutcome.NotFound) { Reason = known.Reason, Endpoint = known.Endpoint };
            }

            _absences.TryRemove(question, out _);
        }

        var answer = await ask();
        if (answer is { Outcome: OriginOutcome.NotFound, IsRegistrysWord: true }
            && _upstreams.TryGet(question.Repository.Upstream, out var upstream) && upstream.Options.NotFoundFreshness > TimeSpan.Zero)
        {
            var until = _time.GetTimestamp() + (long)(upstream.Options.NotFoundFreshness.TotalSeconds * _time.TimestampFrequency);
            _absences.TryAdd(question, new Absence(until, answer.Reason, answer.Endpoint));
        }

        return answer;
    }

    /// <summary>What was asked for. A HEAD's 404 says nothing of a GET: some registries give one where the other works (PROTOCOL 18).</summary>
    private readonly record struct Question(RepositoryKey Repository, Reference Reference, ManifestTypes Accept, bool IsHead);

    /// <param name="Until">A timestamp of the time provider.</param>
    private sealed record Absence(long Until, string Reason, string Endpoint);
}
