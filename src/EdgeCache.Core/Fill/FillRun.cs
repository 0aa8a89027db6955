using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Fill;

/// <summary>
/// The work of one fill: it alone reads upstream, writes the temporary blob and publishes. It goes:
/// <list type="number">
/// <item>the sources are asked in order until one answers with the content; who has another answer is refused;</item>
/// <item>a body that breaks off goes on where it ended, from another endpoint, or another source where it brought little, as long as the attempts last;</item>
/// <item>wrong bytes end the fill once a reader may have seen one; before that, the next source begins, or all begins anew.</item>
/// </list>
/// Its token is the table's: no client can cancel it.
/// </summary>
internal sealed class FillRun
{
    /// <summary>The longest Retry-After that a fill waits for, with its readers; after a longer one they may come again themselves.</summary>
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromSeconds(30);

    private readonly BlobFill _fill;
    private readonly CacheStore _store;
    private readonly FillOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AttemptBudget _attempts;

    /// <summary>Other nodes and the upstreams; the upstreams alone once another node has failed.</summary>
    private IOrigin _origin;

    /// <summary>What has come so far; null before the first answer with content.</summary>
    private FillBody? _body;

    private ResumePoint _from;
    private Func<bool>? _keeps;
    private bool _hasStartedOver;

    public FillRun(BlobFill fill, IOrigin origin, CacheStore store, FillOptions options, TimeProvider time, ILogger logger)
    {
        _fill = fill;
        _origin = origin;
        _store = store;
        _options = options;
        _time = time;
        _logger = logger;
        _attempts = new AttemptBudget(options);
    }

    /// <summary>Runs to the end; every outcome, faults of ours included, is told to the readers through the fill.</summary>
    /// <returns>Whether the content was verified.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await FillAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _fill.Fail(new FillFailure(FailureSource.Internal, OriginOutcome.Unavailable, "The node is stopping."));
            return false;
        }
        catch (Exception error)
        {
            FillLog.Crashed(_logger, _fill.Digest, error);
            _fill.Fail(new FillFailure(FailureSource.Internal, OriginOutcome.Unavailable, "The fetch failed inside the node."));
            return false;
        }
        finally
        {
            await DropBodyAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        var source = _fill.NextSourceOrFail(null);
        while (source is not null)
        {
            var step = await AttemptAsync(source, cancellationToken).ConfigureAwait(false);
            if (step is FillStep.Verified or FillStep.Failed)
            {
                return step == FillStep.Verified;
            }

            source = step == FillStep.SameSource ? source : _fill.NextSourceOrFail(source);
        }

        FillLog.Failed(_logger, _fill.Digest);
        return false;
    }

    private async ValueTask<FillStep> AttemptAsync(FillSource source, CancellationToken cancellationToken)
    {
        var answer = await _origin.GetBlobAsync(source.Repository, _fill.Digest, _from, cancellationToken).ConfigureAwait(false);
        await using (answer.ConfigureAwait(false))
        {
            await PoolThread.EnterAsync().ConfigureAwait(false);
            if (Check(source, answer) is { } refusal)
            {
                return await DeclineAsync(source, answer, refusal, cancellationToken).ConfigureAwait(false);
            }

            if (!TryBegin(source, answer, out var body))
            {
                return FillStep.Failed;
            }

            var heldBytes = body.WrittenBytes;
            if (await body.ReceiveAsync(answer, cancellationToken).ConfigureAwait(false) is not { } failure)
            {
                Complete(body, source);
                return FillStep.Verified;
            }

            FillLog.SourceFailed(_logger, _fill.Digest, source.Repository, answer.Endpoint, failure.Outcome, failure.Reason);
            return failure switch
            {
                { Source: FailureSource.Store } => Fail(failure),
                { Outcome: OriginOutcome.Unavailable } =>
                    await GoOnAsync(answer, failure, body.WrittenBytes - heldBytes, cancellationToken).ConfigureAwait(false),
                _ => await GiveUpAsync(source, answer, failure).ConfigureAwait(false),
            };
        }
    }

    /// <summary>What is wrong with an answer before its body is read; null when nothing is.</summary>
    private FillFailure? Check(FillSource source, OriginAnswer answer)
    {
        if (answer.Outcome != OriginOutcome.Found)
        {
            return FillFailure.From(answer);
        }

        if (answer.Offset != 0 && answer.Offset != _from.Offset)
        {
            return FillFailure.Bad("The upstream answered with a part of the blob that was not asked for.");
        }

        if (answer.ContentLength is not { } length)
        {
            return null;
        }

        var totalBytes = answer.Offset + length;
        foreach (var expectedBytes in (ReadOnlySpan<long>)[source.ExpectedBytes, _body?.TotalBytes ?? -1])
        {
            if (expectedBytes >= 0 && totalBytes != expectedBytes)
            {
                return FillFailure.Bad($"The upstream offers {totalBytes} bytes where {expectedBytes} are expected.");
            }
        }

        return totalBytes > _options.MaxBlobBytes ? FillFailure.Bad($"The blob is longer than {_options.MaxBlobBytes} bytes.") : null;
    }

    /// <summary>The source has answered with the content: its readers may see it. False where the disk refuses.</summary>
    private bool TryBegin(FillSource source, OriginAnswer answer, out FillBody body)
    {
        if (_body is null)
        {
            var totalBytes = answer.ContentLength ?? source.ExpectedBytes;
            try
            {
                _body = new FillBody(_fill, _store, _store.BeginFollowed(_fill.Digest, Math.Max(totalBytes, 0)), totalBytes, _options);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                FillLog.NotStored(_logger, _fill.Digest, error.Message);
                Fail(FillFailure.DiskFailed);
                body = null!; // Not used where this is false.
                return false;
            }

            _fill.Begin(_body.Pending.Writer, totalBytes, answer.Trail);
        }
        else
        {
            FillLog.Resumed(_logger, _fill.Digest, source.Repository, answer.Endpoint, _body.WrittenBytes, answer.Offset);
        }

        body = _body;
        _keeps = answer.Keeps ?? _keeps;
        if (!answer.IsFromSibling)
        {
            // Without a size: what the upstream says of it is not verified yet, and a wrong one would have every later answer refused.
            _store.Link(source.Repository, _fill.Digest, ManifestTypes.None, -1);
        }

        _fill.Confirm(source);
        return true;
    }

    /// <summary>An answer without what was asked for.</summary>
    private async ValueTask<FillStep> DeclineAsync(FillSource source, OriginAnswer answer, FillFailure refusal, CancellationToken cancellationToken)
    {
        FillLog.SourceFailed(_logger, _fill.Digest, source.Repository, answer.Endpoint, refusal.Outcome, refusal.Reason);
        if (TryLeaveSiblings(answer))
        {
            return FillStep.SameSource;
        }

        if (_body is not null && refusal.Outcome is OriginOutcome.Unavailable or OriginOutcome.RateLimited)
        {
            return await GoOnAsync(answer, refusal, 0, cancellationToken).ConfigureAwait(false);
        }

        if (_from.Offset > 0 && refusal.Outcome == OriginOutcome.BadAnswer && await TryStartOverAsync().ConfigureAwait(false))
        {
            return FillStep.SameSource;
        }

        _fill.Refuse(source, refusal);
        return FillStep.NextSource;
    }

    /// <summary>A body that broke off: what has come stands, and the rest is asked for, after a pause where little has come.</summary>
    private async ValueTask<FillStep> GoOnAsync(OriginAnswer answer, FillFailure failure, long gainedBytes, CancellationToken cancellationToken)
    {
        _from = answer.Outcome == OriginOutcome.Found ? PointAfter(answer) : _from;
        if (TryLeaveSiblings(answer))
        {
            return FillStep.SameSource;
        }

        var retryAfter = failure.RetryAfter ?? TimeSpan.Zero;
        if (!_attempts.TryTake(gainedBytes, out var delay) || retryAfter > MaxRetryAfter)
        {
            return Fail(failure);
        }

        await Task.Delay(delay > retryAfter ? delay : retryAfter, _time, cancellationToken).ConfigureAwait(false);
        return gainedBytes >= _options.ProgressBytes ? FillStep.SameSource : FillStep.NextSource;
    }

    /// <summary>Where to go on after a body. One that came whole in answer to a Range is not held to its ETag again: storages of one upstream may differ in it.</summary>
    private ResumePoint PointAfter(OriginAnswer answer)
    {
        var writtenBytes = _body?.WrittenBytes ?? 0;
        return answer.IsFromSibling
            ? new ResumePoint(writtenBytes)
            : new ResumePoint(writtenBytes, answer.Endpoint, _from.Offset > 0 && answer.Offset == 0 ? null : answer.ETag);
    }

    /// <summary>A body whose bytes are wrong: all may begin anew as long as no reader may have seen one.</summary>
    private async ValueTask<FillStep> GiveUpAsync(FillSource source, OriginAnswer answer, FillFailure failure)
    {
        var isMixed = _body is { IsMixed: true };
        if (!isMixed)
        {
            answer.Rejected?.Invoke();
        }
        else if (await TryStartOverAsync().ConfigureAwait(false))
        {
            return FillStep.SameSource;
        }

        if (!_fill.TryTakeBack())
        {
            return Fail(failure);
        }

        await DropBodyAsync().ConfigureAwait(false);
        if (TryLeaveSiblings(answer))
        {
            return FillStep.SameSource;
        }

        _fill.Refuse(source, failure);
        return FillStep.NextSource;
    }

    /// <summary>What another node got wrong is no word of the upstream's: that is asked from now on. False where it has been asked already.</summary>
    private bool TryLeaveSiblings(OriginAnswer answer)
    {
        var hasSiblings = answer.IsFromSibling && _origin != _origin.Upstream;
        _origin = answer.IsFromSibling ? _origin.Upstream : _origin;
        return hasSiblings;
    }

    /// <summary>Drops bytes from several places of which no reader has seen any, once. False where that is not possible.</summary>
    private async ValueTask<bool> TryStartOverAsync()
    {
        if (_hasStartedOver || !_fill.TryTakeBack())
        {
            return false;
        }

        _hasStartedOver = true;
        await DropBodyAsync().ConfigureAwait(false);
        return true;
    }

    private async ValueTask DropBodyAsync()
    {
        _from = default;
        if (_body is { } body)
        {
            _body = null;
            await body.DisposeAsync().ConfigureAwait(false);
        }
    }

    private FillStep Fail(FillFailure failure)
    {
        _fill.Fail(failure);
        return FillStep.Failed;
    }

    private void Complete(FillBody body, FillSource source)
    {
        _fill.Verify(body.WrittenBytes);
        _store.Link(source.Repository, _fill.Digest, ManifestTypes.None, body.WrittenBytes);
        if (!(_keeps?.Invoke() ?? true))
        {
            return;
        }

        try
        {
            var stored = _store.Publish(body.Pending);
            FillLog.Completed(_logger, _fill.Digest, source.Repository, body.WrittenBytes, stored);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The readers have the right bytes in any case; the next request fetches again.
            FillLog.NotStored(_logger, _fill.Digest, error.Message);
        }
    }
}
