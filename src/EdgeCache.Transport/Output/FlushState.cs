namespace EdgeCache.Transport.Output;

/// <summary>How far a flush has come.</summary>
internal enum FlushState
{
    Done,

    /// <summary>The socket takes no more now.</summary>
    SocketFull,

    /// <summary>The socket would take more, but others have a turn first.</summary>
    SliceSpent,

    /// <summary>The socket would take more, but the file's next bytes are not in memory.</summary>
    FileCold,

    /// <summary>The connection has been aborted.</summary>
    Failed,
}
