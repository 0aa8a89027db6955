using EdgeCache.Core.Blobs;
using EdgeCache.Core.Store;

namespace EdgeCache.Core.Fill;

/// <summary>
/// Puts what a fill has read where its readers find it: into the file; or, from where the disk refuses, into memory, of which there is a window: the fill then goes
/// at the pace of the slowest reader. Owned by one fill's run; not thread-safe.
/// </summary>
internal sealed class FollowedWriter(BlobFill fill, CacheStore store, PendingBlob pending, PieceWriter pieces, FillOptions options)
{
    /// <summary>What is written and not visible yet, and the piece that comes, must fit as well.</summary>
    private readonly long _leastWindowBytes = (2L * options.PieceBytes) + options.HoldBackBytes;

    /// <summary>Whether the disk has lost some of what it had taken, which has been told; it may be well again.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Writes the first bytes of the room that the pieces gave.</summary>
    /// <param name="totalBytes">How long the content is; -1 where that is not known.</param>
    /// <returns>Null: they are there for the readers.</returns>
    public async ValueTask<FillFailure?> CommitAsync(int bytes, long totalBytes, CancellationToken cancellationToken)
    {
        if (pending.Writer.IsInMemory && !await TryMakeRoomAsync(bytes, cancellationToken).ConfigureAwait(false))
        {
            return new FillFailure(FailureSource.Store, OriginOutcome.Unavailable, "Nobody reads any more what cannot be stored.");
        }

        try
        {
            pieces.Commit(bytes);
            return null;
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            await pieces.CatchUpAsync().ConfigureAwait(false);
            if (!store.TryGoOnInMemory(pending, Math.Max(totalBytes - pending.Writer.WrittenBytes, 0), error))
            {
                return FillFailure.DiskFailed;
            }

            // A full disk keeps what it took; a broken one need not, nor say so.
            if (DiskErrors.Classify(error) == DiskFault.Failed)
            {
                fill.File.Distrust();
            }
        }

        fill.GoOnInMemory(pending.Writer);
        pieces.Commit(bytes);
        return null;
    }

    /// <summary>Asks what the disk says of what it has taken. Where it has lost some, that is not stored, and its readers look twice before their end.</summary>
    public void Check()
    {
        // Told once: a fill that goes on for long must not have a disk that is well again taken for broken.
        if (IsLost)
        {
            return;
        }

        try
        {
            pending.Writer.CheckWritten();
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            IsLost = true;
            store.ReportLost(error);
            fill.File.Distrust();
        }
    }

    /// <summary>Waits until there is room in the window. False where nobody reads any more.</summary>
    private async ValueTask<bool> TryMakeRoomAsync(int bytes, CancellationToken cancellationToken)
    {
        var writer = pending.Writer;
        var oldest = writer.WrittenBytes + bytes - Math.Max(writer.WindowBytes, _leastWindowBytes);
        if (oldest <= writer.InMemoryFrom)
        {
            return true;
        }

        if (!await fill.WaitForAllAsync(oldest, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        writer.ForgetBefore(oldest);
        return true;
    }
}
