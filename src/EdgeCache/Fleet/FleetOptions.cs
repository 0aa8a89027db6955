namespace EdgeCache.Fleet;

/// <summary>Who belongs to the fleet and how its nodes treat each other. Read-only after the start; validated by Configuration.</summary>
public sealed record FleetOptions
{
    /// <summary>The most nodes one fleet has: everybody probes everybody.</summary>
    public const int MaxMembers = 64;

    /// <summary>Where siblings, and clients that a balancer redirects, reach this node; null for a balancer, or a node on its own.</summary>
    public Uri? Self { get; init; }

    /// <summary>The nodes by name, this one included or not.</summary>
    public IReadOnlyList<MemberAddress> Members { get; init; } = [];

    /// <summary>A URL whose host name resolves to every node (a headless service), all at the same port; null for none.</summary>
    public Uri? Dns { get; init; }

    /// <summary>What the nodes of the fleet share: 32 characters at least. Null: no siblings and no tickets.</summary>
    public string? Secret { get; init; }

    /// <summary>The file that the secret is read from.</summary>
    public string? SecretFile { get; init; }

    /// <summary>A second secret while the first is changed: what it signed is accepted, and nothing is signed with it. Null: none.</summary>
    public string? AcceptedSecret { get; init; }

    /// <summary>The file that the second secret is read from.</summary>
    public string? AcceptedSecretFile { get; init; }

    /// <summary>A PEM file of certificates that are trusted for members in addition to the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Whether a miss is asked for at the other nodes before upstream.</summary>
    public bool Siblings { get; init; } = true;

    /// <summary>Whether a node keeps a copy of what another is home for.</summary>
    public KeepRule Keep { get; init; } = KeepRule.Hot;

    /// <summary>How often names are resolved and presence is read: 1 s to 10 min.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often each member is asked whether it is ready: 200 ms to 1 min.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long it may take to answer that: 50 ms to 10 s.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a connection to a member may take, where it is not as long as a probe. No key: a role sets it.</summary>
    public TimeSpan? ConnectTimeout { get; init; }

    /// <summary>Whether this process knows of a fleet at all.</summary>
    public bool IsFleet => Self is not null || Members.Count > 0 || Dns is not null;

    /// <summary>Whether there are others to ask.</summary>
    public bool UsesSiblings => Siblings && Secret is not null && Self is not null;
}
