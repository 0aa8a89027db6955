using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Load.Peers;

/// <summary>A memory cgroup for each server of a stage. Disposed after the stage: a group goes when its processes have ended. One caller at a time.</summary>
internal sealed class MemoryGroups(long limitBytes) : IDisposable
{
    private readonly List<MemoryGroup> _groups = [];

    /// <summary>The place of a server that runs in a new group.</summary>
    /// <exception cref="InvalidOperationException">No group can be made.</exception>
    public PeerPlace Limit(PeerPlace place)
    {
        var group = MemoryGroup.TryCreate($"edgecache-peers-{Guid.NewGuid():n}", limitBytes, out var obstacle) ?? throw new InvalidOperationException(obstacle);
        _groups.Add(group);
        return place with { Launcher = [.. group.Launcher, .. place.Launcher], IsLargerThanMemory = true };
    }

    public void Dispose() => _groups.ForEach(group => group.Dispose());
}
