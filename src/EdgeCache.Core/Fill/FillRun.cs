using EdgeCache.Core.Blobs;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Fill;

/// <summary>
/// The work of one fill: it alone reads upstream, writes the temporary blob and publishes. It tries the sources in order until one gives the right bytes;
/// once a reader may have seen a byte, a failure ends the fill. Its token is the table's: no client can cancel it.
/// </summary>
internal sealed class FillRun
{
    private readonly BlobFill _fill;
    private readonly IOrigin _origin;
    private readonly CacheStore _store;
    private readonly FillOptions _options;
    private readonly ILogger _logger;

    public FillRun(BlobFill fill, IOrigin origin, CacheStore store, FillOptions options, ILogger logger)
    {
        _fill = fill;
        _origin = origin;
        _store = store;
        _options = options;
        _logger = logger;
    }

    /// <summary>Runs to the end; every outcome, faults of ours included, is told to the readers through the fill.</summary>
    /// <returns>Whether the content was verified.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (_fill.NextSourceOrFail() is { } source)
            {
                if (await TrySourceAsync(source, cancellationToken).ConfigureAwait(false) is { } verified)
                {
                    return verified;
                }
            }

            FillLog.Failed(_logger, _fill.Digest);
            return false;
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
    }

    /// <summary>True or false: the fill is decided. Null: the source is refused and the next may try.</summary>
    private async ValueTask<bool?> TrySourceAsync(FillSource source, CancellationToken cancellationToken)
    {
        var (decided, isSiblings) = await TryAsync(_origin, source, cancellationToken).ConfigureAwait(false);
        if (decided is null && isSiblings)
        {
            // What another node got wrong is no word of the upstream's.
            (decided, _) = await TryAsync(_origin.Upstream, source, cancellationToken).ConfigureAwait(false);
        }

        return decided;
    }

    private async ValueTask<(bool? Decided, bool IsSiblings)> TryAsync(IOrigin origin, FillSource source, CancellationToken cancellationToken)
    {
        await using var answer = await origin.GetBlobAsync(source.Repository, _fill.Digest, 0, cancellationToken).ConfigureAwait(false);
        return (await TryAnswerAsync(answer, source, cancellationToken).ConfigureAwait(false), answer.IsFromSibling);
    }

    private async ValueTask<bool?> TryAnswerAsync(OriginAnswer answer, FillSource source, CancellationToken cancellationToken)
    {
        await PoolThread.EnterAsync().ConfigureAwait(false);
        if (Check(source, answer) is { } refusal)
        {
            return Refuse(source, answer, refusal);
        }

        var totalBytes = answer.ContentLength ?? source.ExpectedBytes;
        PendingBlob pending;
        try
        {
            pending = _store.Begin(_fill.Digest, BlobPool.Blobs, Math.Max(totalBytes, 0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            FillLog.NotStored(_logger, _fill.Digest, error.Message);
            _fill.Fail(DiskFailed);
            return false;
        }

        using (pending)
        {
            _fill.Begin(pending.Writer, totalBytes, answer.Trail);
            if (!answer.IsFromSibling)
            {
                // Without a size: what the upstream says of it is not verified yet, and a wrong one would have every later answer refused.
                _store.Link(source.Repository, _fill.Digest, ManifestTypes.None, -1);
            }

            _fill.Confirm(source);
            var failure = await ReceiveAsync(answer.Body, pending.Writer, totalBytes, cancellationToken).ConfigureAwait(false);
            if (failure is { } broken)
            {
                return GiveUp(source, answer, broken);
            }

            _fill.Verify(pending.Writer.WrittenBytes);
            _store.Link(source.Repository, _fill.Digest, ManifestTypes.None, pending.Writer.WrittenBytes);
            if (answer.Keeps?.Invoke() ?? true)
            {
                Publish(pending, source);
            }

            return true;
        }
    }

    /// <summary>What is wrong with an answer before its body is read; null when nothing is.</summary>
    private FillFailure? Check(FillSource source, OriginAnswer answer)
    {
        if (answer.Outcome != OriginOutcome.Found)
        {
            return FillFailure.From(answer);
        }

        if (answer.Offset != 0)
        {
            return Bad("The upstream answered with a part of the blob that was not asked for.");
        }

        if (answer.ContentLength is { } length)
        {
            if (source.ExpectedBytes >= 0 && length != source.ExpectedBytes)
            {
                return Bad($"The upstream offers {length} bytes where the manifest says {source.ExpectedBytes}.");
            }

            if (length > _options.MaxBlobBytes)
            {
                return Bad($"The blob is longer than {_options.MaxBlobBytes} bytes.");
            }
        }

        return null;
    }

    /// <summary>Reads the body to its end and compares the digest. Null: all is well.</summary>
    private async ValueTask<FillFailure?> ReceiveAsync(Stream body, BlobWriter writer, long totalBytes, CancellationToken cancellationToken)
    {
        var pieces = writer.OpenPieces(_options.PieceBytes, totalBytes);
        await using (pieces.ConfigureAwait(false))
        {
            if (await CopyAsync(body, writer, pieces, totalBytes, cancellationToken).ConfigureAwait(false) is { } fault)
            {
                return fault;
            }

            if (totalBytes >= 0 && writer.WrittenBytes != totalBytes)
            {
                return new FillFailure(
                    FailureSource.Origin, OriginOutcome.Unavailable, $"The upstream's body ended after {writer.WrittenBytes} of {totalBytes} bytes.");
            }

            var found = await pieces.FinishAsync().ConfigureAwait(false);
            return found == _fill.Digest ? null : Bad($"The upstream's bytes have the digest {found}.");
        }
    }

    /// <summary>Makes what each read returned visible at once. Null: the body has ended well.</summary>
    private async ValueTask<FillFailure?> CopyAsync(
        Stream body, BlobWriter writer, PieceWriter pieces, long totalBytes, CancellationToken cancellationToken)
    {
        var limitBytes = totalBytes >= 0 ? totalBytes : _options.MaxBlobBytes;
        long turnEndsAt = _options.PieceBytes;
        while (true)
        {
            var room = await pieces.GetRoomAsync().ConfigureAwait(false);
            var (count, fault) = await ReadAsync(body, room, cancellationToken).ConfigureAwait(false);
            await PoolThread.EnterAsync().ConfigureAwait(false);
            if (fault is not null || count == 0)
            {
                return fault;
            }

            if (writer.WrittenBytes + count > limitBytes)
            {
                return Bad($"The upstream sent more than {limitBytes} bytes.");
            }

            try
            {
                pieces.Commit(count);
            }
            catch (IOException error)
            {
                FillLog.NotStored(_logger, _fill.Digest, error.Message);
                return DiskFailed;
            }

            _fill.Advance(writer.WrittenBytes);
            if (writer.WrittenBytes >= turnEndsAt)
            {
                // An upstream as fast as the disk never makes this wait: on one core the first reader would see its first byte with the last.
                turnEndsAt = writer.WrittenBytes + _options.PieceBytes;
                await Task.Yield();
            }
        }
    }

    private static async ValueTask<(int Count, FillFailure? Fault)> ReadAsync(Stream body, Memory<byte> room, CancellationToken cancellationToken)
    {
        try
        {
            return (await body.ReadAsync(room, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception error) when (error is IOException or TimeoutException)
        {
            return (0, new FillFailure(FailureSource.Origin, OriginOutcome.Unavailable, $"The upstream's body broke off: {error.Message}"));
        }
    }

    private bool? Refuse(FillSource source, OriginAnswer answer, FillFailure failure)
    {
        FillLog.SourceFailed(_logger, _fill.Digest, source.Repository, answer.Endpoint, failure.Outcome, failure.Reason);
        if (!answer.IsFromSibling)
        {
            _fill.Refuse(source, failure);
        }

        return null;
    }

    /// <summary>A body that came to nothing: the next source may begin as long as no reader may have seen a byte.</summary>
    private bool? GiveUp(FillSource source, OriginAnswer answer, FillFailure failure)
    {
        if (failure.Outcome == OriginOutcome.BadAnswer)
        {
            answer.Rejected?.Invoke();
        }

        if (_fill.TryTakeBack())
        {
            return Refuse(source, answer, failure);
        }

        FillLog.SourceFailed(_logger, _fill.Digest, source.Repository, answer.Endpoint, failure.Outcome, failure.Reason);
        _fill.Fail(failure);
        return false;
    }

    private void Publish(PendingBlob pending, FillSource source)
    {
        try
        {
            var stored = _store.Publish(pending);
            FillLog.Completed(_logger, _fill.Digest, source.Repository, pending.Writer.WrittenBytes, stored);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The readers have the right bytes in any case; the next request fetches again.
            FillLog.NotStored(_logger, _fill.Digest, error.Message);
        }
    }

    /// <summary>What the system says of it names paths of this machine: that goes to the log only.</summary>
    private static FillFailure DiskFailed { get; } = new(FailureSource.Store, OriginOutcome.Unavailable, "The cache disk failed.");

    private static FillFailure Bad(string reason) => new(FailureSource.Origin, OriginOutcome.BadAnswer, reason);
}
