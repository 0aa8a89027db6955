namespace EdgeCache.Lab.Http;

/// <summary>How far an upstream comes before it fails: what is left of it decides what a client has to get.</summary>
internal enum FaultKind
{
    /// <summary>Nothing that could be used: no connection, no headers, a refusal, headers that are nonsense.</summary>
    NoAnswer,

    /// <summary>A body that ends too early: what came of it stands, and the rest can be had.</summary>
    BrokenBody,

    /// <summary>A body that is another than it should be, or an answer to Range that does not go on where the first ended.</summary>
    WrongBody,

    /// <summary>Now one thing, now another.</summary>
    Changing,
}
