using System.Net;
using EdgeCache.Core.Affinity;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;
using EdgeCache.Fleet;
using EdgeCache.Origin;

namespace EdgeCache.Siblings;

/// <summary>
/// The upstreams with the fleet before them (<see cref="IOrigin"/>):
/// <list type="number">
/// <item>the home of what is asked for is another node: that is asked, and where it has died the next home;</item>
/// <item>this node is the home: its neighbour, who was home before this node came or came back, is asked for what it holds;</item>
/// <item>nobody has it: upstream is asked.</item>
/// </list>
/// Taken from a sibling are content, what a tag means, and that upstream limits the rate: what it answers else is asked again of upstream, by this node. Its
/// bytes are checked as any other's.
/// Safe for concurrent use.
/// </summary>
internal sealed class SiblingOrigin(
    IOrigin upstream, FleetMembers members, SiblingClient client, KeepMemory keep, DistrustedMembers distrusted, SiblingMetrics metrics, TimeProvider time,
    ILogger<SiblingOrigin> log) : IOrigin
{
    /// <summary>Homes asked for one request: with each a second may be lost.</summary>
    private const int MaxHomes = 2;

    public IOrigin Upstream => upstream;

    public bool IsElsewhere(AffinityKey key) => Home(key) is { IsSelf: false };

    public async ValueTask<OriginAnswer> GetManifestAsync(RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken) =>
        await AskAsync(
            new SiblingQuestion(HttpMethod.Get, repository, AffinityKey.Of(repository, query.Reference), $"manifests/{query.Reference}")
            {
                Accept = MediaTypes.ToAccept(query.Accept),
                IfNoneMatch = query.IfNoneMatch,
                IsContent = query.Reference.IsDigest,
            },
            cancellationToken)
        ?? await upstream.GetManifestAsync(repository, query, cancellationToken);

    public async ValueTask<OriginAnswer> HeadManifestAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken) =>
        await AskAsync(
            new SiblingQuestion(HttpMethod.Head, repository, AffinityKey.Of(repository, reference), $"manifests/{reference}") { Accept = MediaTypes.ToAccept(accept) },
            cancellationToken)
        ?? await upstream.HeadManifestAsync(repository, reference, accept, cancellationToken);

    /// <summary>A body that breaks off goes on at upstream: the next home would begin at the beginning, and send nothing before it has come to the offset.</summary>
    public async ValueTask<OriginAnswer> GetBlobAsync(RepositoryKey repository, Digest digest, ResumePoint from, CancellationToken cancellationToken)
    {
        var question = new SiblingQuestion(HttpMethod.Get, repository, AffinityKey.Of(digest), $"blobs/{digest}")
        {
            Accept = "*/*",
            Offset = from.Offset,
            IsContent = true,
            Keeps = () => !IsElsewhere(AffinityKey.Of(digest)) || keep.Keeps(digest),
        };
        return await AskAsync(question, cancellationToken) is { Outcome: not OriginOutcome.NotModified } answer
            ? answer
            : await upstream.GetBlobAsync(repository, digest, from, cancellationToken);
    }

    /// <summary>Null: no other node has it, and upstream is asked.</summary>
    private async ValueTask<OriginAnswer?> AskAsync(SiblingQuestion question, CancellationToken cancellationToken)
    {
        for (var asked = 0; asked < MaxHomes; asked++)
        {
            var ranking = Array.FindAll(members.Rank(question.Key), candidate => candidate.IsSelf || !distrusted.Contains(candidate));
            var isHome = ranking is [] or [{ IsSelf: true }, ..];
            var member = Array.Find(ranking, candidate => !candidate.IsSelf);
            if (member is null || (isHome && !question.IsContent))
            {
                return null;
            }

            if (await client.AskAsync(member, question, onlyHeld: isHome, cancellationToken) is { } response)
            {
                return await ToAnswerAsync(member, question, response);
            }

            SiblingLog.Silent(log, member.Name, question.Repository);
            if (isHome)
            {
                return null;
            }

            if (member.State == MemberState.Ready)
            {
                // It lives, and has kept this waiting for long: upstream is asked now, and the member left alone for a while.
                distrusted.Add(member, DistrustedMembers.SlowPause);
                return null;
            }
        }

        return null;
    }

    /// <summary>The first whom this node would ask or be: null where there is no fleet yet.</summary>
    private Member? Home(AffinityKey key) => Array.Find(members.Rank(key), member => member.IsSelf || !distrusted.Contains(member));

    /// <summary>The answer, which then owns the response; null where there is nothing to be had from it.</summary>
    private async ValueTask<OriginAnswer?> ToAnswerAsync(Member member, SiblingQuestion question, HttpResponseMessage response)
    {
        var (outcome, reason) = AnswerRules.Judge(response, isEndpoint: true, question.Offset);
        if (outcome is not (OriginOutcome.Found or OriginOutcome.NotModified))
        {
            using var refusal = response;
            return Refuse(member, question, refusal, reason);
        }

        var body = default(Stream);
        if (outcome == OriginOutcome.Found && question.Method == HttpMethod.Get)
        {
            // Completes at once, without a token: the headers are here, and nothing is buffered.
            body = new SiblingBody(await response.Content.ReadAsStreamAsync(CancellationToken.None), response, member, client, metrics);
        }

        var headers = response.Content.Headers;
        var answer = new OriginAnswer(outcome, body)
        {
            ContentLength = outcome == OriginOutcome.Found ? headers.ContentLength : null,
            Offset = (int)response.StatusCode == 206 ? question.Offset : 0,
            MediaType = headers.ContentType?.ToString(),
            Digest = AnswerRules.ReadDigest(response),
            StatusCode = (int)response.StatusCode,
            Endpoint = member.Name,
            Trail = TrailHeaders.Read(response.Headers, isEndpoint: true, TimeSpan.Zero),
            IsFromSibling = true,
            Keeps = question.Keeps,
            Rejected = () => Reject(member),
        };
        if (body is null)
        {
            response.Dispose();
        }

        return answer;
    }

    /// <summary>Upstream limits the fleet's rate: that is the answer, since to ask it again would spend more of it. All else is upstream's to say to this node.</summary>
    private OriginAnswer? Refuse(Member member, SiblingQuestion question, HttpResponseMessage response, string reason)
    {
        if (response.StatusCode == HttpStatusCode.Forbidden)
        {
            SiblingLog.NotTrusted(log, member.Name);
        }
        else
        {
            SiblingLog.Refused(log, member.Name, question.Repository, (int)response.StatusCode, reason);
        }

        return response.Headers.NonValidated.TryGetValues(SiblingHeaders.Failure, out var failure) && failure.ToString() == SiblingHeaders.RateLimited
            ? new OriginAnswer(OriginOutcome.RateLimited)
            {
                Endpoint = member.Name,
                StatusCode = StatusCodes.Status429TooManyRequests,
                RetryAfter = RetryAfterHeader.Read(response.Headers, time.GetUtcNow()),
                Reason = "the upstream limits the rate",
            }
            : null;
    }

    private void Reject(Member member)
    {
        distrusted.Add(member, DistrustedMembers.WrongPause);
        metrics.Asked(SiblingOutcome.Wrong);
        SiblingLog.Wrong(log, member.Name);
    }
}
