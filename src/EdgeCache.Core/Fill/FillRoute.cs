using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Fill;

/// <summary>Whom a fill asks next, and from where on. Owned by one fill's run; not thread-safe.</summary>
/// <param name="origin">Other nodes and the upstreams.</param>
internal sealed class FillRoute(IOrigin origin)
{
    /// <summary>The upstreams alone once another node has failed.</summary>
    private IOrigin _origin = origin;
    private ResumePoint _from;

    /// <summary>Whose bytes were wrong, and why that is what readers are told where nobody has better ones.</summary>
    private (string Endpoint, FillFailure Failure)? _wrong;

    /// <summary>Where the next answer is to begin.</summary>
    public long Offset => _from.Offset;

    public ValueTask<OriginAnswer> AskAsync(RepositoryKey repository, in Digest digest, CancellationToken cancellationToken) =>
        _origin.GetBlobAsync(repository, digest, _from with { WrongEndpoint = _wrong?.Endpoint }, cancellationToken);

    /// <summary>Begins at an offset, wherever.</summary>
    public void BeginAt(long offset) => _from = new ResumePoint(offset);

    /// <summary>A body broke off. One that came whole in answer to a Range is not held to its ETag again: storages of one upstream may differ in it.</summary>
    /// <param name="writtenBytes">What is here by now.</param>
    public void GoOnAfter(OriginAnswer answer, long writtenBytes) => _from = answer.IsFromSibling
        ? new ResumePoint(writtenBytes)
        : new ResumePoint(writtenBytes, answer.Endpoint, _from.Offset > 0 && answer.Offset == 0 ? null : answer.ETag);

    /// <summary>What another node got wrong is no word of the upstream's: that is asked from now on. False where it has been asked already.</summary>
    public bool TryLeaveSiblings(OriginAnswer answer)
    {
        var hasSiblings = answer.IsFromSibling && _origin != _origin.Upstream;
        _origin = answer.IsFromSibling ? _origin.Upstream : _origin;
        return hasSiblings;
    }

    /// <summary>Has another endpoint asked in the place of one whose bytes are wrong, once, from the beginning. False where there is none.</summary>
    public bool TryAskElsewhere(OriginAnswer answer, in FillFailure failure)
    {
        if (_wrong is not null || !answer.HasOthers || answer is not { Outcome: OriginOutcome.Found, IsFromSibling: false })
        {
            return false;
        }

        _wrong = (answer.Endpoint, failure);
        _origin = _origin.Upstream;
        _from = default;
        return true;
    }

    /// <summary>What the source is refused with, and ends what is known of its endpoints: where two have failed, the first is its word.</summary>
    public FillFailure Refuse(in FillFailure failure)
    {
        var word = _wrong?.Failure ?? failure;
        _wrong = null;
        return word;
    }
}
