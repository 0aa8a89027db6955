namespace EdgeCache.Testing.RealPrograms;

/// <summary>How a <see cref="RedisServer"/> is started.</summary>
public enum RedisServerMode
{
    Plain,

    /// <summary>TLS only, with a certificate of an authority of its own.</summary>
    Tls,

    /// <summary>A node of a cluster that has no slots yet.</summary>
    ClusterNode,
}
