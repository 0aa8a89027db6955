namespace EdgeCache.Load.Workload;

/// <summary>What one pull asks for.</summary>
/// <param name="IsOneTimer">Whether nobody is meant to ask for it again.</param>
internal readonly record struct WantedImage(string Repository, string Tag, bool IsOneTimer = false)
{
    public override string ToString() => $"{Repository}:{Tag}";
}
