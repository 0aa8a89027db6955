namespace EdgeCache.Core.Fill;

/// <summary>
/// How often a fill asks for the rest of a broken body, and after what pause. An attempt that brought a good number of bytes is forgiven, so that a line that
/// breaks every few minutes still brings the longest blob. Owned by one fill's run; not thread-safe.
/// </summary>
internal sealed class AttemptBudget(FillOptions options)
{
    /// <summary>The pause doubles up to this many times the first one.</summary>
    private const int MaxDelayFactor = 32;

    private int _attempts;
    private int _inVain;

    /// <param name="gainedBytes">What the attempt that has just broken off brought.</param>
    /// <param name="delay">The pause before the next: none after a good number of bytes.</param>
    /// <returns>False where there is to be no other attempt.</returns>
    public bool TryTake(long gainedBytes, out TimeSpan delay)
    {
        delay = TimeSpan.Zero;
        if (gainedBytes >= options.ProgressBytes)
        {
            _inVain = 0;
        }
        else
        {
            // Half of it by chance, so that the nodes of a fleet do not come back together.
            var full = options.RetryDelay * Math.Min(1L << Math.Min(_inVain, 30), MaxDelayFactor);
            delay = full * (0.5 + (Random.Shared.NextDouble() / 2));
            _inVain++;
        }

        return ++_attempts < options.MaxAttempts && _inVain < options.MaxAttemptsInVain;
    }
}
