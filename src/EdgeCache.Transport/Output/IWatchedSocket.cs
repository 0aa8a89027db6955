namespace EdgeCache.Transport.Output;

/// <summary>A connection's feature where a transport of ours watches its socket.</summary>
internal interface IWatchedSocket
{
    /// <summary>When the socket may be written to again.</summary>
    WritableSignal Writable { get; }

    /// <summary>Whether the reader goes on after a wait on the thread that watches, instead of on the pool. Set by the reader, for its next wait.</summary>
    bool IsReadInline { set; }
}
