namespace EdgeCache.FunctionalTests.RealParts;

/// <summary>What the real registry behind a node asks of it.</summary>
public enum UpstreamMode
{
    /// <summary>Plain http, for anybody.</summary>
    Plain,

    /// <summary>A user and a password (htpasswd).</summary>
    Passwords,

    /// <summary>A bearer token of a token server, which wants a user and a password.</summary>
    Tokens,

    /// <summary>https with a certificate of a private authority.</summary>
    Tls,
}
