using EdgeCache.Fleet;

namespace EdgeCache.Balancing;

/// <summary>
/// Clients that were sent to a member count as in flight there for a while, since nobody tells the balancer when they are done: without it a hot digest's
/// home would get them all. Safe for concurrent use.
/// </summary>
internal sealed class RedirectLeases(TimeProvider time)
{
    /// <summary>Some hundred megabytes on a fast line.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    /// <summary>The oldest go sooner where there are more.</summary>
    public const int MaxLeases = 100_000;

    private readonly Lock _gate = new(); // Protects _leases.
    private readonly Queue<(long Since, Member Member)> _leases = new();

    /// <param name="entered">A member that has been entered for the client; it is left here.</param>
    public void Add(Member entered)
    {
        lock (_gate)
        {
            _leases.Enqueue((time.GetTimestamp(), entered));
            if (_leases.Count > MaxLeases)
            {
                _leases.Dequeue().Member.Leave();
            }
        }
    }

    /// <summary>Ends those that are over.</summary>
    public void EndDue()
    {
        lock (_gate)
        {
            while (_leases.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) >= Lifetime)
            {
                _leases.Dequeue().Member.Leave();
            }
        }
    }
}
