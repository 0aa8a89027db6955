namespace EdgeCache.Fleet;

/// <summary>Where the names of the fleet's nodes come from: configuration, DNS, presence. Registered as services; all that they name belong to the fleet.</summary>
internal interface IMemberSource
{
    /// <summary>The nodes now. Null: the source does not answer, and what it said before stands.</summary>
    ValueTask<IReadOnlyList<MemberAddress>?> ListAsync(CancellationToken cancellationToken);
}
