using EdgeCache.Core.Affinity;

namespace EdgeCache.Fleet;

/// <summary>One node of the fleet as this process sees it. Lives as long as discovery names it; safe for concurrent use.</summary>
internal sealed class Member(MemberAddress address, bool isSelf)
{
    private static readonly TimeSpan AnswerAge = TimeSpan.FromMilliseconds(250);

    private readonly ulong _hash = Rendezvous.HashOf(address.Text);
    private volatile MemberState _state = isSelf ? MemberState.Ready : MemberState.Unknown;
    private readonly Lock _asking = new(); // Protects _asked and _askedAt.
    private Task<MemberState>? _asked;
    private long _askedAt;
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

    /// <summary>Enters unless that many are in flight already.</summary>
    public bool TryEnter(int most)
    {
        var inFlight = InFlight;
        while (inFlight < most)
        {
            var before = Interlocked.CompareExchange(ref _inFlight, inFlight + 1, inFlight);
            if (before == inFlight)
            {
                return true;
            }

            inFlight = before;
        }

        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Asks, or gives the answer to a question that is under way or not older than <see cref="AnswerAge"/>: of thousands that wait for the member one asks.</summary>
    public Task<MemberState> AskOnce(Func<Task<MemberState>> ask, TimeProvider time)
    {
        lock (_asking)
        {
            if (_asked is null || (_asked.IsCompleted && time.GetElapsedTime(_askedAt) > AnswerAge))
            {
                _asked = ask();
                _askedAt = time.GetTimestamp();
            }

            return _asked;
        }
    }

    public override string ToString() => Name;
}
