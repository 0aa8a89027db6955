using EdgeCache.Core.Affinity;

namespace EdgeCache.Fleet;

/// <summary>One node of the fleet as this process sees it. Lives as long as discovery names it; safe for concurrent use.</summary>
internal sealed class Member(MemberAddress address, bool isSelf)
{
    private readonly ulong _hash = Rendezvous.HashOf(address.Text);
    private volatile MemberState _state = MemberState.Ready;
    private int _inFlight;

    public MemberAddress Address { get; } = address;

    /// <summary>Its URL without a slash behind.</summary>
    public string Name { get; } = address.Text;

    public bool IsSelf { get; } = isSelf;

    public MemberState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>Requests that this process has in flight at the member.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public double ScoreFor(AffinityKey key) => Rendezvous.Score(key, _hash, Address.Weight);

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    public override string ToString() => Name;
}
