namespace EdgeCache.Transport.Output;

/// <summary>
/// Shares a listener's threads among the connections that have more to send than fits one turn: the more of them wait for their turn, the less each sends in it,
/// so that a round, and with it the wait of whoever comes new, stays about as long (up to 128 of them; above that it grows). Thread-safe.
/// </summary>
internal sealed class SendTurns(int maxSliceBytes)
{
    /// <summary>What one round of all who wait may send: some 10 ms of memory bandwidth.</summary>
    private const int RoundBytes = 64 << 20;

    /// <summary>With 64 connections on a core, slices of 128 KiB took 1.4 to 2 times nginx's CPU for each byte.</summary>
    private const int MinSliceBytes = 512 << 10;

    private int _waiting;

    /// <summary>How much a connection may send now before the others get their turn.</summary>
    public int SliceBytes => Math.Min(maxSliceBytes, Math.Max(MinSliceBytes, RoundBytes / (Volatile.Read(ref _waiting) + 1)));

    /// <summary>Lets everything that is queued go first, new requests among it.</summary>
    public async ValueTask WaitAsync()
    {
        Interlocked.Increment(ref _waiting);
        await Task.Yield();
        Interlocked.Decrement(ref _waiting);
    }
}
