using System.Buffers;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Concurrency;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Store;

/// <summary>
/// Gives hits what they are sent from. What is small is hashed before this process serves it for the first time, unless it has written it itself: what a disk
/// has damaged is never served. Owned by the store; safe for concurrent use.
/// </summary>
internal sealed class ContentReader(StoredBlobs stored, HotObjects hot)
{
    /// <summary>Blobs below this are hashed at their first use, as manifests of any size are (PROMISES, bit rot). What is longer is the scrubber's.</summary>
    private const int MaxHashedBytes = 1 << 20;

    private const int ChunkBytes = 64 << 10;

    /// <summary>The content from memory, or a hold on its file; small content is copied into memory at its second use.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    /// <exception cref="OperationCanceledException">The token, while a small file is read.</exception>
    public ValueTask<StoredContent> AcquireAsync(in Digest digest, CancellationToken cancellationToken) =>
        TryGetHot(digest, out var found) ? new ValueTask<StoredContent>(found) : AcquireFileAsync(digest, cancellationToken);

    /// <summary>The content where it is in memory already.</summary>
    public bool TryGetHot(in Digest digest, out StoredContent content)
    {
        if (!hot.TryGet(digest, out var found))
        {
            content = default;
            return false;
        }

        stored.Touch(found.Pool, found.Slot);
        content = new StoredContent(found);
        return true;
    }

    private async ValueTask<StoredContent> AcquireFileAsync(Digest digest, CancellationToken cancellationToken)
    {
        await PoolThread.EnterAsync().ConfigureAwait(false);
        var lease = stored.Acquire(digest, out var entry);
        if (lease is null)
        {
            return default;
        }

        // What is read once only need not push out what is read often.
        if (hot.Takes(lease.SizeBytes) && lease.MarkRead())
        {
            return await CopyAsync(lease, cancellationToken).ConfigureAwait(false);
        }

        var isSmall = entry.Pool == BlobPool.Manifests || entry.SizeBytes < MaxHashedBytes;
        return !isSmall || stored.IsVerified(entry) || await TryVerifyAsync(lease, entry, cancellationToken).ConfigureAwait(false)
            ? new StoredContent(lease) : default;
    }

    /// <summary>Reads a small file whole. What its digest does not match is damage of the disk.</summary>
    private async ValueTask<StoredContent> CopyAsync(BlobLease lease, CancellationToken cancellationToken)
    {
        using (lease)
        {
            var content = new byte[lease.SizeBytes];
            var digest = lease.Digest;
            if (!await TryReadAsync(lease, content, 0, cancellationToken).ConfigureAwait(false) || Digest.Compute(content, digest.Algorithm) != digest)
            {
                stored.Discard(lease);
                return default;
            }

            return new StoredContent(stored.Hold(lease, content));
        }
    }

    /// <summary>Hashes a file that this process has not seen whole yet. Where it is damaged the lease is disposed of with it.</summary>
    private async ValueTask<bool> TryVerifyAsync(BlobLease lease, BlobEntry entry, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        var isSound = false;
        try
        {
            using var found = new RunningDigest(lease.Digest.Algorithm);
            var isRead = true;
            for (var offset = 0L; isRead && offset < entry.SizeBytes; offset += ChunkBytes)
            {
                var chunk = buffer.AsMemory(0, (int)Math.Min(ChunkBytes, entry.SizeBytes - offset));
                isRead = await TryReadAsync(lease, chunk, offset, cancellationToken).ConfigureAwait(false);
                found.Append(chunk.Span);
            }

            isSound = isRead && found.Finish() == lease.Digest;
            if (isSound)
            {
                stored.Verified(lease.Digest, entry);
            }
            else
            {
                stored.Discard(lease);
            }

            return isSound;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (!isSound)
            {
                lease.Dispose();
            }
        }
    }

    private static async ValueTask<bool> TryReadAsync(BlobLease lease, Memory<byte> content, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await lease.ReadAsync(content, offset, cancellationToken).ConfigureAwait(false) == content.Length;
        }
        catch (IOException)
        {
            // A bad sector: as good as a wrong byte.
            return false;
        }
    }
}
