using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Fill;

/// <summary>
/// The work of one fill: it alone reads upstream, writes the temporary blob and publishes. It goes:
/// <list type="number">
/// <item>what an earlier fill left is hashed again: the rest is asked for;</item>
/// <item>the sources are asked in order until one answers with the content; who has another answer is refused;</item>
/// <item>a body that breaks off goes on where it ended, from another endpoint, or another source where it brought little, as long as the attempts last;</item>
/// <item>wrong bytes end the fill once a reader may have seen one; before that, another endpoint or the next source begins, or all begins anew.</item>
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

    private readonly FillRoute _route;

    /// <summary>What has come so far; null before the first answer with content, unless an earlier fill left something.</summary>
    private FillBody? _body;

    /// <summary>Whether the readers know of the body.</summary>
    private bool _hasBegun;

    /// <summary>Whether what has come may serve another fill, where this one does not come to its end.</summary>
    private bool _isWorthKeeping = true;

    private Func<bool>? _keeps;
    private bool _hasStartedOver;

    public FillRun(BlobFill fill, IOrigin origin, CacheStore store, FillOptions options, TimeProvider time, ILogger logger)
    {
        _fill = fill;
        _route = new FillRoute(origin);
        _store = store;
        _options = options;
        _time = time;
        _logger = logger;
        _attempts = new AttemptBudget(options, time);
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
            _isWorthKeeping = false;
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
        await PoolThread.EnterAsync().ConfigureAwait(false);
        var source = _fill.NextSourceOrFail(null);
        _body = await FillBody.TryTakeUpAsync(_fill, _store, source?.ExpectedBytes ?? -1, _options, cancellationToken).ConfigureAwait(false);
        _route.BeginAt(_body?.WrittenBytes ?? 0);
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
        var answer = await _route.AskAsync(source.Repository, _fill.Digest, cancellationToken).ConfigureAwait(false);
        await using (answer.ConfigureAwait(false))
        {
            await PoolThread.EnterAsync().ConfigureAwait(false);
            if (AnswerCheck.Judge(answer, source, _route.Offset, _body?.TotalBytes ?? -1, _options.MaxBlobBytes) is { } refusal)
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
                { Source: FailureSource.Store } => Fail(failure, isWorthKeeping: false),
                { Outcome: OriginOutcome.Unreachable } =>
                    await GoOnAsync(answer, failure, body.WrittenBytes - heldBytes, cancellationToken).ConfigureAwait(false),
                _ => await GiveUpAsync(source, answer, failure).ConfigureAwait(false),
            };
        }
    }

    /// <summary>The source has answered with the content: its readers may see it. False where the disk refuses.</summary>
    private bool TryBegin(FillSource source, OriginAnswer answer, out FillBody body)
    {
        if (_body is null && !TryCreateBody(answer.ContentLength ?? source.ExpectedBytes))
        {
            body = null!; // Not used where this is false.
            return false;
        }

        body = _body!; // Made above where there was none.
        if (body.WrittenBytes > 0)
        {
            FillLog.Resumed(_logger, _fill.Digest, source.Repository, answer.Endpoint, body.WrittenBytes, answer.Offset);
        }

        if (!_hasBegun)
        {
            _hasBegun = true;
            body.TotalBytes = answer.ContentLength is { } length ? answer.Offset + length : body.TotalBytes;
            _fill.Begin(body.Pending.Writer, body.TotalBytes, answer.Trail);
        }

        _keeps = answer.Keeps ?? _keeps;
        if (!answer.IsFromSibling)
        {
            // Without a size: what the upstream says of it is not verified yet, and a wrong one would have every later answer refused.
            _store.Link(source.Repository, _fill.Digest, ManifestTypes.None, -1);
        }

        _fill.Confirm(source);
        _fill.Advance(body.WrittenBytes);
        return true;
    }

    private bool TryCreateBody(long totalBytes)
    {
        try
        {
            _body = new FillBody(_fill, _store, _store.BeginFollowed(_fill.Digest, Math.Max(totalBytes, 0)), totalBytes, _options);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            FillLog.NotStored(_logger, _fill.Digest, error.Message);
            Fail(FillFailure.DiskFailed);
            return false;
        }
    }

    /// <summary>An answer without what was asked for.</summary>
    private async ValueTask<FillStep> DeclineAsync(FillSource source, OriginAnswer answer, FillFailure refusal, CancellationToken cancellationToken)
    {
        FillLog.SourceFailed(_logger, _fill.Digest, source.Repository, answer.Endpoint, refusal.Outcome, refusal.Reason);
        if (_route.TryLeaveSiblings(answer))
        {
            return FillStep.SameSource;
        }

        if (_hasBegun && refusal.Outcome is OriginOutcome.Unavailable or OriginOutcome.Unreachable or OriginOutcome.RateLimited)
        {
            return await GoOnAsync(answer, refusal, 0, cancellationToken).ConfigureAwait(false);
        }

        if (_route.Offset > 0 && refusal.Outcome == OriginOutcome.BadAnswer && await TryStartOverAsync().ConfigureAwait(false))
        {
            return FillStep.SameSource;
        }

        return Refuse(source, answer, refusal, mayAskElsewhere: !_hasBegun);
    }

    /// <summary>A body that broke off: what has come stands, and the rest is asked for, after a pause where little has come.</summary>
    private async ValueTask<FillStep> GoOnAsync(OriginAnswer answer, FillFailure failure, long gainedBytes, CancellationToken cancellationToken)
    {
        if (answer.Outcome == OriginOutcome.Found)
        {
            _route.GoOnAfter(answer, _body?.WrittenBytes ?? 0);
        }

        if (_route.TryLeaveSiblings(answer))
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

    /// <summary>A body whose bytes are wrong: all may begin anew as long as no reader may have seen one.</summary>
    private async ValueTask<FillStep> GiveUpAsync(FillSource source, OriginAnswer answer, FillFailure failure)
    {
        var isMixed = _body is { IsMixed: true };
        _isWorthKeeping = false;
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
        return _route.TryLeaveSiblings(answer) ? FillStep.SameSource : Refuse(source, answer, failure, mayAskElsewhere: true);
    }

    /// <summary>The source does not have the content, unless another of its endpoints has.</summary>
    private FillStep Refuse(FillSource source, OriginAnswer answer, FillFailure failure, bool mayAskElsewhere)
    {
        if (mayAskElsewhere && _route.TryAskElsewhere(answer, failure))
        {
            return FillStep.SameSource;
        }

        _fill.Refuse(source, _route.Refuse(failure));
        return FillStep.NextSource;
    }

    /// <summary>Drops bytes from several places of which no reader has seen any, once. False where that is not possible.</summary>
    private async ValueTask<bool> TryStartOverAsync()
    {
        if (_hasStartedOver || !_fill.TryTakeBack())
        {
            return false;
        }

        _hasStartedOver = true;
        _isWorthKeeping = false;
        await DropBodyAsync().ConfigureAwait(false);
        return true;
    }

    private async ValueTask DropBodyAsync()
    {
        _route.BeginAt(0);
        _hasBegun = false;
        if (_body is { } body)
        {
            _body = null;
            if (_isWorthKeeping)
            {
                _store.KeepUnfinished(body.Pending);
            }

            await body.DisposeAsync().ConfigureAwait(false);
        }

        _isWorthKeeping = true;
    }

    private FillStep Fail(FillFailure failure, bool isWorthKeeping = true)
    {
        _isWorthKeeping &= isWorthKeeping;
        _fill.Fail(failure);
        return FillStep.Failed;
    }

    private void Complete(FillBody body, FillSource source)
    {
        _isWorthKeeping = false;
        _fill.Verify(body.WrittenBytes, body.TryKeepTail());
        _store.Link(source.Repository, _fill.Digest, ManifestTypes.None, body.WrittenBytes);
        if (!(_keeps?.Invoke() ?? true))
        {
            return;
        }

        try
        {
            var stored = !body.IsLost && _store.Publish(body.Pending);
            if (stored)
            {
                _fill.File.Trust();
            }

            FillLog.Completed(_logger, _fill.Digest, source.Repository, body.WrittenBytes, stored);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next request fetches again; who reads this one still looks twice before its end.
            FillLog.NotStored(_logger, _fill.Digest, error.Message);
            _fill.File.Distrust();
        }
    }
}
