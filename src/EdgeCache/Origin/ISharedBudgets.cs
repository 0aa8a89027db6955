namespace EdgeCache.Origin;

/// <summary>Tells the other nodes of a fleet what an upstream said of a credential's budget; never the credential. Safe for concurrent use.</summary>
internal interface ISharedBudgets
{
    /// <summary>Never waits and never throws.</summary>
    /// <param name="authority">Scheme, host and port of the endpoint.</param>
    /// <param name="username">Empty for anonymous.</param>
    void Tell(string authority, string username, RateLimit limit);
}
