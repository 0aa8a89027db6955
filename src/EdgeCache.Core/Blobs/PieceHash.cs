namespace EdgeCache.Core.Blobs;

/// <summary>
/// The hashing of one piece: queued to the thread pool, and done by whoever comes first, the pool or the one who needs it done. A busy pool then costs the
/// overlap, but never a wait in its queue.
/// </summary>
internal sealed class PieceHash
{
    private readonly BlobWriter _writer;
    private readonly Task _queued;
    private readonly int _from;
    private int _claimed;

    /// <param name="from">Where what is not hashed yet begins.</param>
    /// <param name="bytes">Where it ends.</param>
    public PieceHash(BlobWriter writer, byte[] piece, int from, int bytes)
    {
        _writer = writer;
        _from = from;
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

    private void Hash() => _writer.Hash(Piece.AsSpan(_from, Bytes - _from));

    private bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;
}
