using EdgeCache.Core.Caching;

namespace EdgeCache.Lab.Http;

/// <summary>One way in which an upstream fails. Immutable.</summary>
/// <param name="Name">As the command line has it.</param>
/// <param name="Begin">Makes a scene's endpoint fail, at places that the scene's chance chooses.</param>
internal sealed record HttpFault(string Name, FaultKind Kind, Action<FaultScene> Begin)
{
    private static readonly PullTarget[] All = Enum.GetValues<PullTarget>();

    /// <summary>Of <see cref="FaultKind.NoAnswer"/>: which outage it is.</summary>
    public OutageKind Outage { get; init; }

    /// <summary>Of <see cref="FaultKind.NoAnswer"/>: what a client is told where nothing is held and the contract passes failures on.</summary>
    public int Status { get; init; } = 503;

    /// <summary>Whether it meets one request, or all of them; null leaves it to chance.</summary>
    public bool? IsOnce { get; init; }

    /// <summary>Requests of one attempt, those of followed redirects included.</summary>
    public int Hops { get; init; } = 1;

    /// <summary>Whether a short blob may look like a long one, which is streamed.</summary>
    public bool Lengthens { get; init; }

    /// <summary>Whether the headers may go with the body: a reset takes what was not read yet.</summary>
    public bool MayTakeHeaders { get; init; }

    /// <summary>Whether the body is given up for its pace: who waits for a manifest has waited for long then, and the same endpoint is not asked again.</summary>
    public bool IsSlow { get; init; }

    /// <summary>What may be asked for.</summary>
    public IReadOnlyList<PullTarget> Targets { get; init; } = All;

    /// <summary>Whether the tag that is held means something else upstream by then.</summary>
    public bool MovesTag { get; init; }

    /// <summary>Whether upstream sends no byte twice: a body that ends with the stream (FIN) where Range is honoured.</summary>
    public bool SendsNothingTwice { get; init; }
}
