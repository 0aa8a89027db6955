namespace EdgeCache.Transport.Output;

/// <summary>What the connections of a listener share: how they send, whose turn it is, and the threads that may wait for a disk. Thread-safe.</summary>
internal sealed class DirectListener(DirectOutputOptions options)
{
    public DirectOutputOptions Options => options;

    public SendTurns Turns { get; } = new(options.SliceBytes);

    public DiskThreads Disk { get; } = new(options.MaxDiskThreads);
}
