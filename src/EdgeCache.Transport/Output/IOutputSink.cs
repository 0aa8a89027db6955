namespace EdgeCache.Transport.Output;

/// <summary>
/// What a <see cref="DirectOutput"/> sends to: the socket, or TLS above another output. Sends come from one caller at a time; <see cref="Fail"/> from any thread.
/// </summary>
internal interface IOutputSink
{
    /// <summary>Why the output has ended; <see cref="FileSendOutcome.Sent"/> while it has not.</summary>
    FileSendOutcome Failure { get; }

    /// <summary>Whether bytes of files are copied here anyway, so that they may as well fill up what goes before them.</summary>
    bool CopiesFiles { get; }

    /// <summary>Sends what is taken now of the buffer's bytes, and consumes that.</summary>
    /// <param name="more">Whether more follows at once.</param>
    FlushState Send(SendBuffer buffer, bool more);

    /// <summary>Sends what is taken now of the due part of a range, and consumes that; may wait for the disk, on this thread.</summary>
    FlushState SendFile(FileRange range, int maxBytes, out int count);

    /// <summary>After <see cref="FlushState.SocketFull"/>: sends the next piece, of the buffer if it holds any, and waits as long as that takes.</summary>
    /// <returns>False where the output has failed.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; how much was sent is not known then.</exception>
    ValueTask<bool> SendWaitingAsync(SendBuffer buffer, FileRange range, CancellationToken cancellationToken);

    /// <summary>Aborts the connection; the first reason stays. What is under way ends with the socket.</summary>
    FlushState Fail(FileSendOutcome failure);
}
