using System.Buffers;
using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// Writes a long body into a <see cref="BlobWriter"/>: the body is read straight into a pooled piece, and what a read returned is in the file at once.
/// A full piece is hashed on another thread while the next one fills, so that the hash lags by one piece at most; two pieces are all there ever are.
/// What fits into one piece is hashed by the caller, and takes no second. Not thread-safe; owned by one fill.
/// </summary>
public sealed class PieceWriter : IAsyncDisposable
{
    /// <summary>A piece with less room than a TLS record is full: the next read would be cut short.</summary>
    private const int MinRoomBytes = 16 * 1024;

    private readonly BlobWriter _writer;
    private readonly int _pieceBytes;
    private byte[] _piece;
    private byte[]? _spare;
    private int _filledBytes;

    /// <summary>How much of the piece is hashed before it is full.</summary>
    private int _hashedBytes;

    /// <summary>What the spare piece has of the content, just before the piece.</summary>
    private int _spareBytes;

    /// <summary>The piece before, as long as it may still be hashed.</summary>
    private PieceHash? _previous;

    internal PieceWriter(BlobWriter writer, int pieceBytes, long totalBytes)
    {
        _writer = writer;
        _pieceBytes = pieceBytes;
        _piece = ArrayPool<byte>.Shared.Rent(totalBytes >= 0 ? (int)Math.Min(pieceBytes, totalBytes + MinRoomBytes) : pieceBytes);
    }

    /// <summary>Where to read the next bytes to; never empty, and valid until the next call. Waits for the hash of the piece before where that lags.</summary>
    public ValueTask<Memory<byte>> GetRoomAsync()
    {
        var room = _piece.AsMemory(_filledBytes);
        return room.Length >= MinRoomBytes ? ValueTask.FromResult(room) : NextPieceAsync();
    }

    /// <summary>Writes the first bytes of the room to the end of the file.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Commit(int bytes)
    {
        _writer.Write(_piece.AsSpan(_filledBytes, bytes));
        _filledBytes += bytes;
    }

    /// <summary>Ends when all that was written is hashed.</summary>
    public async ValueTask CatchUpAsync()
    {
        await CompletePreviousAsync().ConfigureAwait(false);
        _writer.Hash(_piece.AsSpan(_hashedBytes, _filledBytes - _hashedBytes));
        _hashedBytes = _filledBytes;
    }

    /// <summary>The digest of all that was written. Ends the hashing: call it once.</summary>
    public async ValueTask<Digest> FinishAsync()
    {
        await CatchUpAsync().ConfigureAwait(false);
        return _writer.Finish();
    }

    /// <summary>Copies what the pieces still have, the last bytes that were written, into memory, where readers find them that the disk may not have. After <see cref="FinishAsync"/>.</summary>
    /// <returns>Null where the system has no such files.</returns>
    public MemoryTail? TryKeepTail() => _writer.TryKeepTail(_spare.AsSpan(0, _spareBytes), _piece.AsSpan(0, _filledBytes));

    /// <summary>Gives the pieces back, once nobody hashes them any more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_previous is { } previous)
        {
            _previous = null;
            await previous.AbandonAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(previous.Piece);
        }

        Return(ref _spare);
        Return(ref _piece!);
    }

    private async ValueTask<Memory<byte>> NextPieceAsync()
    {
        await CompletePreviousAsync().ConfigureAwait(false);
        var next = _spare ?? ArrayPool<byte>.Shared.Rent(_pieceBytes);
        (_spare, _spareBytes) = (null, 0);
        _previous = new PieceHash(_writer, _piece, _hashedBytes, _filledBytes);
        _piece = next;
        (_filledBytes, _hashedBytes) = (0, 0);
        return _piece;
    }

    private async ValueTask CompletePreviousAsync()
    {
        if (_previous is { } previous)
        {
            await previous.CompleteAsync().ConfigureAwait(false);
            (_spare, _spareBytes) = (previous.Piece, previous.Bytes);
            _previous = null;
        }
    }

    private static void Return(ref byte[]? piece)
    {
        if (Interlocked.Exchange(ref piece, null) is { } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
