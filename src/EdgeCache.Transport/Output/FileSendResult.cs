namespace EdgeCache.Transport.Output;

/// <summary>What became of a range. A value.</summary>
/// <param name="SentBytes">How many bytes of the range were handed on; of a response that was aborted the client may have fewer.</param>
public readonly record struct FileSendResult(FileSendOutcome Outcome, long SentBytes);
