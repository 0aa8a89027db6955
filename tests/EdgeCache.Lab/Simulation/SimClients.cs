using EdgeCache.Core.Fill;
using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Simulation;

/// <summary>Who pulls now, and whether each ended as it may. Owned by one run.</summary>
internal sealed class SimClients(SimNode node, Action<string> note) : IDisposable
{
    private readonly List<SimClient> _active = [];

    /// <summary>Digests whose fills may fail: upstream has refused them, or sent something else. A disk that fails, and a body that is cut now and then, is no reason.</summary>
    private readonly HashSet<Digest> _harmed = [];

    /// <summary>Digests of which a wrong beginning may have been kept, as upstream sent it or a disk lost it: the next fill finds out at its end, and may fail once.</summary>
    private readonly HashSet<Digest> _tainted = [];
    private int _number;

    public IReadOnlyList<SimClient> Active => _active;

    public int Served { get; private set; }

    public int Failed { get; private set; }

    public int Left { get; private set; }

    public SimClient Come(SimObject wanted, RepositoryKey repository)
    {
        var client = new SimClient(++_number, wanted, repository);
        _active.Add(client);
        return client;
    }

    public void Step(SimClient client, int maxBytes)
    {
        note($"{client} goes on, {maxBytes} B at most");
        client.Step(node, maxBytes);
    }

    /// <summary>All end.</summary>
    public void Leave() => _active.ForEach(client => client.Leave());

    /// <summary>Upstream has refused a digest, or sent something else.</summary>
    public void Harm(Digest digest, bool isWrong)
    {
        _harmed.Add(digest);
        if (isWrong)
        {
            _tainted.Add(digest);
        }
    }

    /// <summary>What was harmed has come to its end.</summary>
    public void Forgive() => _harmed.Clear();

    /// <summary>Of these a wrong beginning is kept.</summary>
    public void Taint(IEnumerable<Digest> digests) => _tainted.UnionWith(digests);

    /// <summary>Whether a pull of it may have failed, once.</summary>
    public bool TryExcuse(Digest digest) => _tainted.Remove(digest);

    /// <summary>Lets go of those who have come to an end.</summary>
    /// <exception cref="SimulationFailedException">One failed without a reason.</exception>
    public void JudgeEnded()
    {
        foreach (var client in _active.Where(client => client.State != SimClientState.Active).ToList())
        {
            _active.Remove(client);
            Judge(client);
        }
    }

    public void Dispose() => _active.ForEach(client => client.Dispose());

    private void Judge(SimClient client)
    {
        note($"{client} ends: {client.State} {client.Failure}");
        switch (client.State)
        {
            case SimClientState.Served:
                Served++;
                break;
            case SimClientState.Left:
                Left++;
                break;
            default:
                Failed++;
                break;
        }

        // What a disk has taken and lost must not be told as whole; whoever has not taken any of it can be served all the same.
        var mayFail = client.Failure == FillFailure.DiskLost || client.Failure == FillFailure.TooSlow || !client.Wanted.Holders.Contains(client.Repository) || _harmed.Contains(client.Wanted.Digest)
            || (client.Failure?.Outcome == OriginOutcome.BadAnswer && _tainted.Contains(client.Wanted.Digest));
        if (client.State == SimClientState.Failed && !mayFail)
        {
            throw new SimulationFailedException($"{client} failed without a fault: {client.Failure}");
        }
    }
}
