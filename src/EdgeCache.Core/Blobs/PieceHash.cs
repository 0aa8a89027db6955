namespace EdgeCache.Core.Blobs;

/// <summary>
/// The hashing of one piece: queued to the thread pool, and done by whoever comes first, the pool or the one who needs it done. A busy pool then costs the
/// overlap, but never a wait in its queue.
/// </summary>
internal sealed class PieceHash
{
    private readonly BlobWriter _writer;
    private readonly Task _queued;
    private int _claimed;

    public PieceHash(BlobWriter writer, byte[] piece, int bytes)
    {
        _writer = writer;
        Piece = piece;
        Bytes = bytes;
        _queued = Task.Run(HashIfFirst);
    }

    /// <summary>Free again once <see cref="CompleteAsync"/> or <see cref="AbandonAsync"/> has ended.</summary>
    public byte[] Piece { get; }

    /// <summary>How many bytes of it count.</summary>
    public int Bytes { get; }

    /// <summary>Ends when the piece is hashed.</summary>
    public Task CompleteAsync()
    {
        if (!TryClaim())
        {
            return _queued;
        }

        Hash();
        return Task.CompletedTask;
    }

    /// <summary>Ends when nobody hashes the piece, nor will.</summary>
    public Task AbandonAsync() => TryClaim() ? Task.CompletedTask : _queued;

    private void HashIfFirst()
    {
        if (TryClaim())
        {
            Hash();
        }
    }

    private void Hash() => _writer.Hash(Piece.AsSpan(0, Bytes));

    private bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;
}
