using EdgeCache.Core.Affinity;

namespace EdgeCache.Fleet;

/// <summary>
/// The fleet's members and their rankings. Reads the sources and probes the members in the background; a ranking is computed from what is known, without
/// waiting. Safe for concurrent use.
/// </summary>
internal sealed class FleetMembers : BackgroundService
{
    private readonly FleetOptions _options;
    private readonly IMemberSource[] _sources;
    private readonly IReadOnlyList<MemberAddress>[] _lists;
    private readonly MemberProbe _probe;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <summary>Replaced as a whole.</summary>
    private volatile Member[] _members = [];

    /// <summary>Whether every source answered at the start. Redis is only being connected to then, and asked again at the first turn.</summary>
    private bool _isWhole;

    public FleetMembers(FleetOptions options, IEnumerable<IMemberSource> sources, MemberProbe probe, TimeProvider time, ILogger<FleetMembers> log)
    {
        _options = options;
        _sources = [.. sources];
        _lists = [.. _sources.Select(_ => Array.Empty<MemberAddress>())];
        _probe = probe;
        _time = time;
        _log = log;
    }

    /// <summary>All of them, ordered by name.</summary>
    public IReadOnlyList<Member> All => _members;

    /// <summary>The key's home first, then who takes its place: those that are ready, and where none is, all.</summary>
    public Member[] Rank(AffinityKey key)
    {
        var members = _members;
        var ready = Array.FindAll(members, member => member.IsSelf || member.State == MemberState.Ready);
        var ranking = ready.Length > 0 ? ready : [.. members];
        var scores = Array.ConvertAll(ranking, member => -member.ScoreFor(key));
        Array.Sort(scores, ranking);
        return ranking;
    }

    /// <summary>A request to the member got no answer: it is not asked again until a probe gets one.</summary>
    public void ReportUnreachable(Member member) => SetState(member, MemberState.Unreachable);

    /// <summary>The member's answer to a request says that it drains.</summary>
    public void ReportDraining(Member member) => SetState(member, MemberState.NotReady);

    /// <summary>Whether the member answers now; what comes of it is remembered.</summary>
    public async ValueTask<bool> IsAliveAsync(Member member, CancellationToken cancellationToken) =>
        await member.AskOnce(() => AskAsync(member), _time).WaitAsync(cancellationToken) != MemberState.Unreachable;

    /// <summary>Reads the sources once.</summary>
    /// <returns>Whether all of them answered.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        var isWhole = true;
        for (var i = 0; i < _sources.Length; i++)
        {
            var list = await _sources[i].ListAsync(cancellationToken);
            isWhole &= list is not null;
            _lists[i] = list ?? _lists[i];
        }

        Publish();
        return isWhole;
    }

    /// <summary>The first request knows who is there: one time-out of a probe is waited for that at most.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _isWhole = await RefreshAsync(cancellationToken);
        await ProbeAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Probes every member but this node, all at once.</summary>
    public Task ProbeAsync(CancellationToken cancellationToken) => Task.WhenAll(_members.Where(member => !member.IsSelf).Select(async member =>
        SetState(member, await _probe.AskAsync(member, _options.ProbeTimeout, cancellationToken))));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.ProbeInterval, _time);
        var refreshed = _time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (!_isWhole || _time.GetElapsedTime(refreshed) >= _options.RefreshInterval)
                {
                    _isWhole = true;
                    refreshed = _time.GetTimestamp();
                    await RefreshAsync(stoppingToken);
                }

                // After the refresh: who is new is asked before it takes its keys.
                await ProbeAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                FleetLog.RefreshFailed(_log, error);
            }
        }
    }

    private void Publish()
    {
        var named = _lists.SelectMany(list => list).DistinctBy(member => member.Text).OrderBy(member => member.Text, StringComparer.Ordinal).ToArray();
        if (named.Length > FleetOptions.MaxMembers)
        {
            FleetLog.TooLarge(_log, named.Length, FleetOptions.MaxMembers);
            named = named[..FleetOptions.MaxMembers];
        }

        var before = _members;
        if (named.SequenceEqual(before.Select(member => member.Address)))
        {
            return;
        }

        // A member that stays keeps its state.
        _members = Array.ConvertAll(named, address =>
            Array.Find(before, member => member.Address == address) ?? new Member(address, address.Url == _options.Self));
        FleetLog.Changed(_log, named.Length, string.Join(", ", named));
    }

    /// <summary>Bounded by the probe's own time-out: who asked first may leave, and others wait for the answer too.</summary>
    private async Task<MemberState> AskAsync(Member member)
    {
        var state = await _probe.AskAsync(member, _options.ProbeTimeout, CancellationToken.None);
        SetState(member, state);
        return state;
    }

    private void SetState(Member member, MemberState state)
    {
        var before = member.State;
        if (before != state)
        {
            member.State = state;
            if ((before, state) != (MemberState.Unknown, MemberState.Ready))
            {
                FleetLog.StateChanged(_log, member.Name, before, state);
            }
        }
    }
}
