namespace EdgeCache.Testing.Origin;

/// <summary>A fault with the requests it means. Owned by its <see cref="FaultScript"/>, whose lock guards the counts.</summary>
public sealed class FaultRule
{
    private readonly Predicate<OriginRequest> _match;
    private int _remaining;
    private int _passing;
    private int _hits;

    internal FaultRule(Predicate<OriginRequest> match, Fault fault, int times, int after)
    {
        _match = match;
        Fault = fault;
        _remaining = times;
        _passing = after;
    }

    public Fault Fault { get; }

    /// <summary>How often it was applied.</summary>
    public int Hits => Volatile.Read(ref _hits);

    internal bool Take(OriginRequest request, bool isAuthorized)
    {
        if (_remaining == 0 || !(isAuthorized || Fault.MeetsUnauthorized) || !_match(request))
        {
            return false;
        }

        if (_passing > 0)
        {
            _passing--;
            return false;
        }

        _remaining--;
        _hits++;
        return true;
    }
}
