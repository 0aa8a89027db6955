namespace EdgeCache.Testing.Network;

/// <summary>What went through a <see cref="FaultProxy"/>. Safe for concurrent use; each number is read on its own.</summary>
public sealed class FaultProxyCounters
{
    private long _accepted;
    private long _open;
    private long _cut;
    private long _overLimit;
    private long _bytesToTarget;
    private long _bytesToClients;

    public long Accepted => Interlocked.Read(ref _accepted);

    public long Open => Interlocked.Read(ref _open);

    /// <summary>Connections that a scripted cut or reset ended.</summary>
    public long Cut => Interlocked.Read(ref _cut);

    /// <summary>Connections that were reset because too many were open.</summary>
    public long OverLimit => Interlocked.Read(ref _overLimit);

    public long BytesToTarget => Interlocked.Read(ref _bytesToTarget);

    public long BytesToClients => Interlocked.Read(ref _bytesToClients);

    internal void CountAccepted() => Interlocked.Increment(ref _accepted);

    internal void CountOpen(int change) => Interlocked.Add(ref _open, change);

    internal void CountCut() => Interlocked.Increment(ref _cut);

    internal void CountOverLimit() => Interlocked.Increment(ref _overLimit);

    internal void CountBytes(bool isToClient, int count) => Interlocked.Add(ref isToClient ? ref _bytesToClients : ref _bytesToTarget, count);
}
