namespace EdgeCache.Balancing;

/// <summary>A client's target as it is sent on: path and query untouched, and the host that goes with them. A value.</summary>
internal readonly record struct ClientTarget
{
    /// <param name="rawTarget">In origin-form, or in absolute-form, whose authority takes the Host's place (RFC 9112, section 3.2.2).</param>
    public ClientTarget(string rawTarget, string host)
    {
        var scheme = rawTarget.StartsWith('/') ? -1 : rawTarget.IndexOf("://", StringComparison.Ordinal);
        var slash = scheme < 0 ? 0 : rawTarget.IndexOf('/', scheme + "://".Length);
        PathAndQuery = rawTarget[slash..];
        Host = scheme < 0 ? host : rawTarget[(scheme + "://".Length)..slash];
    }

    public string PathAndQuery { get; }

    public string Host { get; }
}
