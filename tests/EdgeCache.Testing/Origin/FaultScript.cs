namespace EdgeCache.Testing.Origin;

/// <summary>The faults an origin is to show, in the order they were added: the first rule that matches and is not used up applies, alone. Safe for concurrent use.</summary>
public sealed class FaultScript
{
    // Protects _rules and their counts.
    private readonly Lock _gate = new();
    private readonly List<FaultRule> _rules = [];

    /// <summary>Applies a fault to the next matching requests.</summary>
    /// <param name="times">To how many.</param>
    /// <param name="after">How many matching requests pass before the first one.</param>
    public FaultRule Add(Predicate<OriginRequest> match, Fault fault, int times = 1, int after = 0)
    {
        var rule = new FaultRule(match, fault, times, after);
        lock (_gate)
        {
            _rules.Add(rule);
        }

        return rule;
    }

    /// <summary>Applies a fault to every matching request until it is removed.</summary>
    public FaultRule Always(Predicate<OriginRequest> match, Fault fault) => Add(match, fault, int.MaxValue);

    public void Remove(FaultRule rule)
    {
        lock (_gate)
        {
            _rules.Remove(rule);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    internal Fault Take(OriginRequest request, bool isAuthorized)
    {
        lock (_gate)
        {
            return _rules.FirstOrDefault(rule => rule.Take(request, isAuthorized))?.Fault ?? Fault.None;
        }
    }
}
