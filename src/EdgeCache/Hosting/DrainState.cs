namespace EdgeCache.Hosting;

/// <summary>Whether the node is leaving. Goes one way, once; safe for concurrent use.</summary>
internal sealed class DrainState
{
    private volatile bool _isDraining;

    public bool IsDraining => _isDraining;

    public void Begin() => _isDraining = true;
}
