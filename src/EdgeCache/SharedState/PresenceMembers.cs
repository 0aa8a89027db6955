using EdgeCache.Fleet;

namespace EdgeCache.SharedState;

/// <summary>
/// The fleet's nodes as they say themselves that they are there. One that was heard of counts for a while longer: an empty Redis after a restart empties no fleet.
/// Read by one task, shown to many.
/// </summary>
internal sealed class PresenceMembers(PresenceStore store, TimeProvider time) : IMemberSource
{
    private readonly Dictionary<string, (NodePresence Presence, long HeardAt)> _heard = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<NodePresence> _nodes = [];

    /// <summary>The nodes with their work, as they were read last; those that leave among them.</summary>
    public IReadOnlyList<NodePresence> Nodes => _nodes;

    /// <inheritdoc/>
    /// <remarks>Without those that leave.</remarks>
    public async ValueTask<IReadOnlyList<MemberAddress>?> ListAsync(CancellationToken cancellationToken)
    {
        if (await store.ListAsync().ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        var now = time.GetTimestamp();
        foreach (var presence in found)
        {
            // Repeating what a node said before does not keep it there.
            if (!_heard.TryGetValue(presence.Address.Text, out var known) || presence.Time != known.Presence.Time)
            {
                _heard[presence.Address.Text] = (presence, now);
            }
        }

        foreach (var name in _heard.Where(entry => time.GetElapsedTime(entry.Value.HeardAt, now) > NodePresence.Lifetime).Select(entry => entry.Key).ToArray())
        {
            _heard.Remove(name);
        }

        _nodes = [.. _heard.Values.Select(entry => entry.Presence).OrderBy(presence => presence.Address.Text, StringComparer.Ordinal)];
        return [.. _nodes.Where(presence => !presence.IsDraining).Select(presence => presence.Address)];
    }
}
