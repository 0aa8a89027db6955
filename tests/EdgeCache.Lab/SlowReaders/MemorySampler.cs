using EdgeCache.Testing.RealPrograms;

namespace EdgeCache.Lab.SlowReaders;

/// <summary>Looks again and again at how much memory a group has that is in no file on a disk: the kernel keeps no peak of that. Disposal ends it.</summary>
internal sealed class MemorySampler : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sampling;
    private long _peakBytes;

    public MemorySampler(MemoryGroup group) => _sampling = Task.Run(() => SampleAsync(group));

    /// <summary>The most that was seen.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
    }

    private async Task SampleAsync(MemoryGroup group)
    {
        while (!_stop.IsCancellationRequested)
        {
            Interlocked.Exchange(ref _peakBytes, Math.Max(PeakBytes, group.OwnBytes));
            await Task.Delay(Interval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
