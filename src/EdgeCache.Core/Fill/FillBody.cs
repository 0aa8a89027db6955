using System.Buffers;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Store;

namespace EdgeCache.Core.Fill;

/// <summary>
/// What a fill has received so far: the temporary blob with the hash beside it. It outlives the answers that its bytes come from; what one begins another may
/// end. Owned by one fill's run; not thread-safe.
/// </summary>
internal sealed class FillBody : IAsyncDisposable
{
    private const int CompareBytes = 64 * 1024;

    private readonly BlobFill _fill;
    private readonly FillOptions _options;
    private readonly PieceWriter _pieces;
    private readonly FollowedWriter _followed;
    private long _turnEndsAt;
    private int _givers;

    /// <param name="pending">Owned from now on.</param>
    /// <param name="totalBytes">How long the content is; -1 where that is not known.</param>
    public FillBody(BlobFill fill, CacheStore store, PendingBlob pending, long totalBytes, FillOptions options)
    {
        _fill = fill;
        _options = options;
        Pending = pending;
        TotalBytes = totalBytes;
        _pieces = pending.Writer.OpenPieces(options.PieceBytes, totalBytes);
        _followed = new FollowedWriter(fill, store, pending, _pieces, options);
        _turnEndsAt = WrittenBytes + options.PieceBytes;
        _givers = WrittenBytes > 0 ? 1 : 0;
    }

    /// <summary>Goes on with what an earlier fill left, of this run of the node or another: its bytes are read and hashed again.</summary>
    /// <returns>Null where there is nothing that can be read.</returns>
    public static async ValueTask<FillBody?> TryTakeUpAsync(
        BlobFill fill, CacheStore store, long expectedBytes, FillOptions options, CancellationToken cancellationToken)
    {
        if (store.TryTakeUp(fill.Digest, expectedBytes) is not { } pending)
        {
            return null;
        }

        var isRead = false;
        try
        {
            isRead = await pending.Writer.TryHashAgainAsync(cancellationToken).ConfigureAwait(false);
            return isRead ? new FillBody(fill, store, pending, expectedBytes, options) : null;
        }
        catch (OperationCanceledException)
        {
            store.KeepUnfinished(pending);
            throw;
        }
        finally
        {
            if (!isRead)
            {
                pending.Dispose();
            }
        }
    }

    public PendingBlob Pending { get; }

    /// <summary>How long the content is; -1 where that is not known, or not yet.</summary>
    public long TotalBytes { get; set; }

    public long WrittenBytes => Pending.Writer.WrittenBytes;

    /// <summary>Whether the disk is known to have lost some of it: it is delivered, but not kept.</summary>
    public bool IsLost => _followed.IsLost;

    /// <summary>Whether the bytes come from more than one answer: where they are wrong nobody knows whose are.</summary>
    public bool IsMixed => _givers > 1;

    /// <summary>
    /// Reads an answer's body to its end, which must be the content's. What is here already is read again and compared, never written again: readers may have it.
    /// What a read returned is visible at once.
    /// </summary>
    /// <returns>Null: the content is whole, and its digest matches. Unreachable: another answer may go on.</returns>
    public async ValueTask<FillFailure?> ReceiveAsync(OriginAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Offset < WrittenBytes && await CompareAsync(answer, cancellationToken).ConfigureAwait(false) is { } difference)
        {
            return difference;
        }

        if (await CopyAsync(answer.Body, cancellationToken).ConfigureAwait(false) is { } fault)
        {
            return fault;
        }

        if (TotalBytes >= 0 && WrittenBytes != TotalBytes)
        {
            return EndedEarly();
        }

        _followed.Check();
        var found = await _pieces.FinishAsync().ConfigureAwait(false);
        return found == _fill.Digest ? null : FillFailure.Bad($"The upstream's bytes have the digest {found}.");
    }

    /// <summary>The last bytes from memory; null where the disk has refused them, or there can be no more of such.</summary>
    public MemoryTail? TryKeepTail() => Pending.Writer.IsInMemory ? null : _pieces.TryKeepTail();

    public async ValueTask DisposeAsync()
    {
        await _pieces.DisposeAsync().ConfigureAwait(false);
        Pending.Dispose();
    }

    private async ValueTask<FillFailure?> CompareAsync(OriginAnswer answer, CancellationToken cancellationToken)
    {
        // What has passed through memory is gone: it is only read past, and the digest of the whole says whether it was the same.
        using var lease = Pending.Writer.IsInMemory ? null : Pending.Writer.OpenLease();
        var (theirs, ours) = (ArrayPool<byte>.Shared.Rent(CompareBytes), ArrayPool<byte>.Shared.Rent(CompareBytes));
        try
        {
            for (var position = answer.Offset; position < WrittenBytes;)
            {
                var room = theirs.AsMemory(0, (int)Math.Min(CompareBytes, WrittenBytes - position));
                var (count, fault) = await ReadAsync(answer.Body, room, cancellationToken).ConfigureAwait(false);
                await PoolThread.EnterAsync().ConfigureAwait(false);
                if (fault is not null || count == 0)
                {
                    return fault ?? EndedEarly();
                }

                if (lease is null)
                {
                    position += count;
                    continue;
                }

                if (!await TryReadAsync(lease, ours.AsMemory(0, count), position, cancellationToken).ConfigureAwait(false))
                {
                    return FillFailure.DiskFailed;
                }

                if (!ours.AsSpan(0, count).SequenceEqual(theirs.AsSpan(0, count)))
                {
                    return FillFailure.Bad("The upstream's bytes are not those that were sent before.");
                }

                position += count;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(theirs);
            ArrayPool<byte>.Shared.Return(ours);
        }
    }

    /// <summary>Null: the body has ended well.</summary>
    private async ValueTask<FillFailure?> CopyAsync(Stream body, CancellationToken cancellationToken)
    {
        var gives = false;
        while (true)
        {
            var room = await _pieces.GetRoomAsync().ConfigureAwait(false);
            var (count, fault) = await ReadAsync(body, room, cancellationToken).ConfigureAwait(false);
            await PoolThread.EnterAsync().ConfigureAwait(false);
            if (fault is not null || count == 0)
            {
                return fault;
            }

            var limitBytes = TotalBytes >= 0 ? TotalBytes : _options.MaxBlobBytes;
            if (WrittenBytes + count > limitBytes)
            {
                return FillFailure.Bad($"The upstream sent more than {limitBytes} bytes.");
            }

            if (await _followed.CommitAsync(count, TotalBytes, cancellationToken).ConfigureAwait(false) is { } refused)
            {
                return refused;
            }

            if (!gives)
            {
                gives = true;
                _givers++;
            }

            _fill.Advance(WrittenBytes);
            if (_fill.Pace is { } pace)
            {
                await pace.PayAsync(_fill, count, cancellationToken).ConfigureAwait(false);
            }

            if (WrittenBytes >= _turnEndsAt)
            {
                // An upstream as fast as the disk never makes this wait: on one core the first reader would see its first byte with the last.
                _turnEndsAt = WrittenBytes + _options.PieceBytes;
                _followed.Check();
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
            return (0, new FillFailure(FailureSource.Origin, OriginOutcome.Unreachable, $"The upstream's body broke off: {error.Message}"));
        }
    }

    private static async ValueTask<bool> TryReadAsync(BlobLease lease, Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await lease.ReadAsync(buffer, offset, cancellationToken).ConfigureAwait(false) == buffer.Length;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private FillFailure EndedEarly() => new(
        FailureSource.Origin, OriginOutcome.Unreachable, $"The upstream's body ended after {WrittenBytes} of {TotalBytes} bytes.");
}
