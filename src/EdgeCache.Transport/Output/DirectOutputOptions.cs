namespace EdgeCache.Transport.Output;

/// <summary>How a listener's connections send. Immutable; shared by all connections of the listener.</summary>
public sealed record DirectOutputOptions
{
    /// <summary>
    /// A connection whose peer takes nothing for so long is aborted; noticed at most a quarter of it late. More than zero, up to a day; 30 s unless told
    /// otherwise.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How much one connection sends at most before others get their turn, in bytes; the more wait for theirs, the less it is. 64 KiB to 64 MiB; 2 MiB unless
    /// told otherwise: without turns the first byte of other connections went from 1 to 41 ms.
    /// </summary>
    public int SliceBytes { get; init; } = 2 << 20;

    /// <summary>
    /// Whether requests of HTTP/1 over <c>EpollTransport</c> begin on the thread that waits for the sockets of many connections: no change of threads
    /// for a small answer. Its handlers must leave that thread for whatever may wait: a disk, a lock, much computing. Not unless told otherwise.
    /// </summary>
    public bool RequestsBeginInline { get; init; }

    /// <summary>
    /// How many connections at most wait for a disk at once, each on a thread of the listener's own; the others wait in line. 1 to 256; 16 unless told
    /// otherwise: each has as much under way as the kernel reads ahead, which keeps most disks busy.
    /// </summary>
    public int MaxDiskThreads { get; init; } = 16;

    /// <summary>What the stall limit is measured with.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    internal void ThrowIfOutOfRange()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StallTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(StallTimeout, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(SliceBytes, 64 << 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SliceBytes, 64 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDiskThreads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxDiskThreads, 256);
    }
}
