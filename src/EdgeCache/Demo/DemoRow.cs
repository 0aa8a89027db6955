namespace EdgeCache.Demo;

/// <summary>One image's two pulls.</summary>
internal sealed class DemoRow(string repository, string tag)
{
    public string Repository { get; } = repository;

    public string Tag { get; } = tag;

    public PullReport Cold { get; private set; } = new(default, 0, 0, 0, 0);

    public PullReport Warm { get; private set; } = new(default, 0, 0, 0, 0);

    public long ColdUpstreamBytes { get; private set; }

    public long WarmUpstreamBytes { get; private set; }

    /// <param name="upstreamBytes">What the upstream sent during the pull.</param>
    public void Record(bool isWarm, PullReport report, long upstreamBytes)
    {
        if (isWarm)
        {
            (Warm, WarmUpstreamBytes) = (report, upstreamBytes);
        }
        else
        {
            (Cold, ColdUpstreamBytes) = (report, upstreamBytes);
        }
    }
}
