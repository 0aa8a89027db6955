using EdgeCache.Core.Caching;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Fill;

/// <summary>
/// One upstream exchange for a manifest: reads it whole (it is bounded), checks its bytes against the digest and its Content-Type against its
/// content, stores it and links what it names. Nothing unverified leaves here. Stateless; safe for concurrent use.
/// </summary>
internal sealed class ManifestFetcher
{
    private readonly IOrigin _origin;
    private readonly CacheStore _store;
    private readonly FillOptions _options;
    private readonly ILogger _logger;

    public ManifestFetcher(IOrigin origin, CacheStore store, FillOptions options, ILogger logger)
    {
        _origin = origin;
        _store = store;
        _options = options;
        _logger = logger;
    }

    /// <summary>Fetches by tag or digest, and stores.</summary>
    /// <param name="unless">Where upstream still has this digest it need not send it again: the answer is then Revalidated. None always fetches.</param>
    public async Task<ManifestAnswer> GetAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, Digest unless, FetchPriority priority, CancellationToken cancellationToken)
    {
        var (answer, again) = await GetFromAsync(_origin, repository, new ManifestQuery(reference, accept, unless, priority), cancellationToken).ConfigureAwait(false);
        if (again is not { } query)
        {
            return answer;
        }

        // Where the second is of no use either the first is upstream's word; another node's is not.
        var (second, _) = await GetFromAsync(_origin.Upstream, repository, query, cancellationToken).ConfigureAwait(false);
        return second.Result == CacheResult.Error && query.IsSecond ? answer : second;
    }

    /// <summary>The answer; and what to ask upstream instead, once, where it is of no use though there may be a better one.</summary>
    private async ValueTask<(ManifestAnswer Answer, ManifestQuery? Again)> GetFromAsync(
        IOrigin origin, RepositoryKey repository, ManifestQuery query, CancellationToken cancellationToken)
    {
        await using var answer = await origin.GetManifestAsync(repository, query, cancellationToken).ConfigureAwait(false);
        await PoolThread.EnterAsync().ConfigureAwait(false);
        var (taken, fault) = await TakeAsync(repository, query.Reference, answer, query.IfNoneMatch, cancellationToken).ConfigureAwait(false);
        ManifestQuery? again = taken.Result != CacheResult.Error ? null

            // What another node got wrong is no word of the upstream's.
            : answer.IsFromSibling ? query
            : fault switch
            {
                BodyFault.Cut when answer.AttemptsLeft > 0 => query with { BrokenEndpoint = answer.Endpoint },

                // At the same endpoint it would be so again, and who waits has waited for long.
                BodyFault.Stalled when answer.HasOthers => query with { BrokenEndpoint = answer.Endpoint },
                BodyFault.Wrong when answer.HasOthers => query with { WrongEndpoint = answer.Endpoint },
                _ => null,
            };
        return (taken, again);
    }

    private async ValueTask<(ManifestAnswer Answer, BodyFault Fault)> TakeAsync(
        RepositoryKey repository, Reference reference, OriginAnswer answer, Digest unless, CancellationToken cancellationToken)
    {
        switch (answer.Outcome)
        {
            case OriginOutcome.NotModified when !unless.IsNone:
                return (new ManifestAnswer(CacheResult.Revalidated, repository, unless, ForwardStatus: answer.StatusCode, Trail: answer.Trail), BodyFault.None);
            case OriginOutcome.Found:
                break;
            default:
                return (ManifestAnswer.Failed(repository, FillFailure.From(answer), answer.StatusCode), BodyFault.None);
        }

        var (content, failure, fault) = await ReadAsync(answer, cancellationToken).ConfigureAwait(false);
        await PoolThread.EnterAsync().ConfigureAwait(false);
        return failure is { } broken
            ? (ManifestAnswer.Failed(repository, broken, answer.StatusCode), fault)
            : Accept(repository, reference, answer, content);
    }

    /// <summary>Asks by HEAD. Found without a usable digest or type is an answer with no digest: the caller has to GET.</summary>
    public async Task<ManifestAnswer> HeadAsync(
        RepositoryKey repository, Reference reference, ManifestTypes accept, CancellationToken cancellationToken)
    {
        await using var answer = await _origin.HeadManifestAsync(repository, reference, accept, cancellationToken).ConfigureAwait(false);
        await PoolThread.EnterAsync().ConfigureAwait(false);
        if (answer.Outcome != OriginOutcome.Found)
        {
            return ManifestAnswer.Failed(repository, FillFailure.From(answer), answer.StatusCode);
        }

        var digest = reference.IsDigest ? reference.Digest : answer.Digest;
        var type = MediaTypes.Parse(answer.MediaType);
        return type == ManifestTypes.None || answer.ContentLength is null
            ? new ManifestAnswer(CacheResult.Miss, repository, ForwardStatus: answer.StatusCode, Trail: answer.Trail)
            : new ManifestAnswer(
                CacheResult.Miss, repository, digest, type, answer.ContentLength.Value, ForwardStatus: answer.StatusCode, Trail: answer.Trail,
                IsFromSibling: answer.IsFromSibling);
    }

    private (ManifestAnswer Answer, BodyFault Fault) Accept(RepositoryKey repository, in Reference reference, OriginAnswer answer, byte[] content)
    {
        var claimed = reference.IsDigest ? reference.Digest : answer.Digest;
        var digest = Digest.Compute(content, claimed.IsNone ? DigestAlgorithm.Sha256 : claimed.Algorithm);
        if (!claimed.IsNone && digest != claimed)
        {
            return (Refuse(repository, reference, answer, $"its bytes have the digest {digest} where {claimed} was expected"), BodyFault.Wrong);
        }

        var outcome = ManifestDocument.TryParse(content, answer.MediaType, out var document);
        if (document is null)
        {
            // Where the digest is right every endpoint has the same.
            return (Refuse(repository, reference, answer, $"not a manifest that can be trusted ({outcome})"), claimed.IsNone ? BodyFault.Wrong : BodyFault.None);
        }

        try
        {
            _store.PutManifest(repository, digest, content, document);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The client gets the verified bytes all the same.
            FillLog.NotStored(_logger, digest, error.Message);
        }

        var taken = new ManifestAnswer(
            CacheResult.Miss, repository, digest, document.Type, content.Length, content, ForwardStatus: answer.StatusCode, Trail: answer.Trail);
        return (taken, BodyFault.None);
    }

    private ManifestAnswer Refuse(RepositoryKey repository, in Reference reference, OriginAnswer answer, string reason)
    {
        FillLog.ManifestRefused(_logger, repository, reference, reason);
        answer.Rejected?.Invoke();
        return ManifestAnswer.Failed(
            repository, new FillFailure(FailureSource.Origin, OriginOutcome.BadAnswer, $"The upstream's manifest is refused: {reason}."), answer.StatusCode);
    }

    private async ValueTask<(byte[] Content, FillFailure? Failure, BodyFault Fault)> ReadAsync(OriginAnswer answer, CancellationToken cancellationToken)
    {
        var limitBytes = _options.MaxManifestBytes;
        if (answer.ContentLength > limitBytes)
        {
            return ([], TooLong(limitBytes), BodyFault.None);
        }

        var buffer = new byte[answer.ContentLength ?? 16 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                {
                    if (answer.ContentLength is not null)
                    {
                        break;
                    }

                    if (length >= limitBytes)
                    {
                        // Whether it has an end at all nobody knows.
                        return ([], TooLong(limitBytes), BodyFault.Wrong);
                    }

                    Array.Resize(ref buffer, Math.Min(limitBytes, length * 2));
                }

                var count = await answer.Body.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                length += count;
            }
        }
        catch (Exception error) when (error is IOException or TimeoutException)
        {
            return ([], BrokenOff(error.Message), error is TimeoutException ? BodyFault.Stalled : BodyFault.Cut);
        }

        return answer.ContentLength is { } expected && expected != length
            ? ([], BrokenOff($"{length} of {expected} bytes came"), BodyFault.Cut)
            : (buffer.Length == length ? buffer : buffer[..length], null, BodyFault.None);
    }

    private static FillFailure TooLong(int limitBytes) =>
        new(FailureSource.Origin, OriginOutcome.BadAnswer, $"The upstream's manifest is longer than {limitBytes} bytes.");

    private static FillFailure BrokenOff(string reason) =>
        new(FailureSource.Origin, OriginOutcome.Unreachable, $"The upstream's manifest broke off: {reason}.");

    /// <summary>Why a body is of no use, as far as another might be.</summary>
    private enum BodyFault
    {
        None,
        Cut,
        Stalled,
        Wrong,
    }
}
