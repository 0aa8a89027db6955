namespace EdgeCache.Transport.Output;

/// <summary>How the sending of a file range ended. After all but <see cref="Sent"/> the request has been aborted: a short body never looks complete.</summary>
public enum FileSendOutcome
{
    /// <summary>Every byte was handed to the socket (or below it, to TLS or HTTP/2), or the response has no body.</summary>
    Sent,

    /// <summary>The client left, the server gave the request up, or the caller's token was cancelled.</summary>
    Aborted,

    /// <summary>The client took nothing for the stall limit.</summary>
    Stalled,

    /// <summary>The file ends before the range does.</summary>
    FileTooShort,

    /// <summary>The file cannot be read.</summary>
    FileFailed,
}
