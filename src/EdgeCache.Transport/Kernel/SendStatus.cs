namespace EdgeCache.Transport.Kernel;

/// <summary>What a socket said to one attempt to send.</summary>
internal enum SendStatus
{
    /// <summary>It took some.</summary>
    Sent,

    /// <summary>It takes nothing now.</summary>
    Full,

    /// <summary>It takes this file only by copying.</summary>
    OnlyCopies,

    /// <summary>The connection has ended.</summary>
    PeerGone,

    /// <summary>The file cannot be read.</summary>
    FileFailed,
}
