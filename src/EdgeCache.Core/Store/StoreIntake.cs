using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Store;

/// <summary>
/// How bytes come into the cache: room is reserved for them, they are written, and published once they are verified. What the disk refuses is told to its guard.
/// Owned by the store; safe for concurrent use.
/// </summary>
internal sealed class StoreIntake(BlobStore blobs, StoredBlobs stored, Evictor evictor, DiskGuard disk, TimeProvider clock, ILogger logger)
{
    /// <inheritdoc cref="CacheStore.Begin"/>
    public PendingBlob Begin(in Digest expected, BlobPool pool, long expectedBytes)
    {
        var reservedBytes = evictor.TryReserve(pool, expectedBytes) ? expectedBytes : -1;
        try
        {
            return new PendingBlob(blobs.Create(expected, pool, expectedBytes), pool, evictor, reservedBytes);
        }
        catch (Exception error)
        {
            if (reservedBytes >= 0)
            {
                evictor.Release(pool, reservedBytes);
            }

            disk.Report(error, expectedBytes);
            throw;
        }
    }

    /// <inheritdoc cref="CacheStore.BeginFollowed"/>
    public PendingBlob BeginFollowed(in Digest expected, long expectedBytes)
    {
        if (disk.TakesBytes)
        {
            try
            {
                return Begin(expected, BlobPool.Blobs, expectedBytes);
            }
            catch (Exception error) when (DiskErrors.IsOfDisk(error))
            {
                StoreLog.PassedThrough(logger, expected, error.Message);
            }
        }

        return new PendingBlob(blobs.CreateInMemory(expected, BlobPool.Blobs, expectedBytes), BlobPool.Blobs, evictor, -1);
    }

    /// <inheritdoc cref="CacheStore.TryGoOnInMemory"/>
    public bool TryGoOnInMemory(PendingBlob pending, long restBytes, Exception error)
    {
        disk.Report(error);
        if (pending.Writer.IsInMemory)
        {
            return false;
        }

        StoreLog.PassedThrough(logger, pending.Writer.Expected, error.Message);
        try
        {
            pending.Writer.GoOnInMemory(restBytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="CacheStore.Publish"/>
    public bool Publish(PendingBlob pending)
    {
        var writer = pending.Writer;
        if (!pending.HasRoom || writer.IsInMemory || writer.WrittenBytes > evictor.Usage(pending.Pool).LimitBytes)
        {
            return false;
        }

        PublishOutcome outcome;
        try
        {
            outcome = blobs.Publish(writer);
        }
        catch (Exception error)
        {
            disk.Report(error);
            throw;
        }

        pending.ReleaseRoom();
        return stored.Add(new StoredBlob(writer.Expected, pending.Pool, writer.WrittenBytes, clock.GetUtcNow()), outcome == PublishOutcome.Published);
    }

    /// <summary>Stores a verified manifest. On a disk that takes nothing it is not stored, and no failure.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Put(in Digest digest, ReadOnlySpan<byte> content)
    {
        if (!disk.TakesBytes)
        {
            return;
        }

        using var pending = Begin(digest, BlobPool.Manifests, content.Length);
        try
        {
            pending.Writer.Append(content);
        }
        catch (Exception error)
        {
            disk.Report(error);
            throw;
        }

        Publish(pending);
    }
}
