using System.Collections.Concurrent;
using EdgeCache.Fleet;

namespace EdgeCache.Siblings;

/// <summary>Members whose content was not what was asked for. They are not asked for a while. Safe for concurrent use.</summary>
internal sealed class DistrustedMembers(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    /// <summary>By name, since when. No more names than a fleet has members, and those that have left it go with the next that comes.</summary>
    private readonly ConcurrentDictionary<string, long> _since = new(StringComparer.Ordinal);

    public bool Contains(Member member) => !_since.IsEmpty && _since.TryGetValue(member.Name, out var since) && time.GetElapsedTime(since) < Pause;

    public void Add(Member member)
    {
        foreach (var (name, since) in _since)
        {
            if (time.GetElapsedTime(since) >= Pause)
            {
                _since.TryRemove(name, out _);
            }
        }

        _since[member.Name] = time.GetTimestamp();
    }
}
