namespace EdgeCache.Core.Fill;

/// <summary>What a request that wants a fill gets.</summary>
public enum JoinOutcome
{
    /// <summary>A reader, of a fill that was running or has been started.</summary>
    Joined,

    /// <summary>The bytes have been stored since the request looked: it should look again.</summary>
    Stored,

    /// <summary>The fill takes its bytes from another node, and another node asks: they would wait for each other.</summary>
    Elsewhere,

    /// <summary>A limit is reached, or the node is stopping: the client should come again.</summary>
    Refused,
}
