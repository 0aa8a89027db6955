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

    /// <summary>Whether the member answers now; what comes of it is remembered.</summary>
    public async ValueTask<bool> IsAliveAsync(Member member, CancellationToken cancellationToken) =>
        await member.AskOnce(() => AskAsync(member), _time).WaitAsync(cancellationToken) != MemberState.Unreachable;

    /// <summary>Reads the sources once. Called at the start, so that the first request knows the configured members.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _sources.Length; i++)
        {
            _lists[i] = await _sources[i].ListAsync(cancellationToken) ?? _lists[i];
        }

        Publish();
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Probes every member but this node, all at once.</summary>
    public Task ProbeAsync(CancellationToken cancellationToken) => Task.WhenAll(_members.Where(member => !member.IsSelf).Select(async member =>
        SetState(member, await _probe.AskAsync(member, _options.ProbeTimeout, cancellationToken))));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.ProbeInterval, _time);
        var refreshed = _time.GetTimestamp();
        do
        {
            try
            {
                await ProbeAsync(stoppingToken);
                if (_time.GetElapsedTime(refreshed) >= _options.RefreshInterval)
                {
                    refreshed = _time.GetTimestamp();
                    await RefreshAsync(stoppingToken);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                FleetLog.RefreshFailed(_log, error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
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
            FleetLog.StateChanged(_log, member.Name, before, state);
        }
    }
}
