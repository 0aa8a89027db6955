namespace EdgeCache.Tests.Transport;

internal static class CancellationTokenExtensions
{
    /// <summary>Ends when the token is cancelled.</summary>
    public static async Task WaitAsync(this CancellationToken cancelled)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancelled.UnsafeRegister(_ => ended.SetResult(), null);
        await ended.Task;
    }
}
