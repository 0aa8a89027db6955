namespace EdgeCache.Core.Fill;

/// <summary>Whether an answer can begin a blob, or go on with it. Pure.</summary>
internal static class AnswerCheck
{
    /// <param name="offset">Where the answer was to begin.</param>
    /// <param name="totalBytes">How long the content is by what has come of it; -1 where that is not known.</param>
    /// <returns>What is wrong with the answer, before its body is read; null when nothing is.</returns>
    public static FillFailure? Judge(OriginAnswer answer, FillSource source, long offset, long totalBytes, long maxBytes)
    {
        if (answer.Outcome != OriginOutcome.Found)
        {
            return FillFailure.From(answer);
        }

        if (answer.Offset != 0 && answer.Offset != offset)
        {
            return FillFailure.Bad("The upstream answered with a part of the blob that was not asked for.");
        }

        if (answer.ContentLength is not { } length)
        {
            return null;
        }

        var offeredBytes = answer.Offset + length;
        foreach (var expectedBytes in (ReadOnlySpan<long>)[source.ExpectedBytes, totalBytes])
        {
            if (expectedBytes >= 0 && offeredBytes != expectedBytes)
            {
                return FillFailure.Bad($"The upstream offers {offeredBytes} bytes where {expectedBytes} are expected.");
            }
        }

        return offeredBytes < offset ? FillFailure.Bad($"The upstream offers {offeredBytes} bytes where {offset} have come already.")
            : offeredBytes > maxBytes ? FillFailure.Bad($"The blob is longer than {maxBytes} bytes.")
            : null;
    }
}
