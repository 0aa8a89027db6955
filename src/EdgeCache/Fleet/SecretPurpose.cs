namespace EdgeCache.Fleet;

/// <summary>What a signature under the fleet's secret is for.</summary>
internal enum SecretPurpose
{
    /// <summary>A request of one node to another.</summary>
    Sibling,

    /// <summary>A client's request that a balancer has sent here.</summary>
    Ticket,

    /// <summary>A value in Redis.</summary>
    SharedState,
}
