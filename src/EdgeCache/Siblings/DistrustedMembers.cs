using System.Collections.Concurrent;
using EdgeCache.Fleet;

namespace EdgeCache.Siblings;

/// <summary>Members that are not asked for a while: they gave other content than was asked for, or kept somebody waiting though they live. Safe for concurrent use.</summary>
internal sealed class DistrustedMembers(TimeProvider time)
{
    public static readonly TimeSpan WrongPause = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan SlowPause = TimeSpan.FromMinutes(1);

    /// <summary>By name, since when and for how long. No more names than a fleet has members, and those that have left it go with the next that comes.</summary>
    private readonly ConcurrentDictionary<string, (long Since, TimeSpan Pause)> _pauses = new(StringComparer.Ordinal);

    public bool Contains(Member member) => !_pauses.IsEmpty && _pauses.TryGetValue(member.Name, out var pause) && !IsOver(pause);

    public void Add(Member member, TimeSpan pause)
    {
        foreach (var (name, running) in _pauses)
        {
            if (IsOver(running))
            {
                _pauses.TryRemove(name, out _);
            }
        }

        _pauses[member.Name] = (time.GetTimestamp(), pause);
    }

    private bool IsOver((long Since, TimeSpan Length) pause) => time.GetElapsedTime(pause.Since) >= pause.Length;
}
