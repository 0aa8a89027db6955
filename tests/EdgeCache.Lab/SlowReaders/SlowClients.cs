using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Lab.SlowReaders;

/// <summary>
/// Many clients with small receive buffers, each for a blob of the seed's choice: one half takes a
/// little now and then, the other nothing, until they are told to go on. Owned by one run.
/// </summary>
internal sealed class SlowClients : IDisposable
{
    private const int ReceiveBufferBytes = 4 << 10;
    private const int MinPauseMilliseconds = 20;
    private const int MaxPauseMilliseconds = 200;

    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(Task Begun, Task<PullEnd> Pull)> _clients;

    public SlowClients(Uri node, IReadOnlyList<SyntheticBlob> blobs, int count, int seed)
    {
        var chance = new Random(seed);
        _clients = [.. Enumerable.Range(0, count).Select(_ => new Random(chance.Next())).Select(own => Start(node, blobs[own.Next(blobs.Count)], own))];
    }

    /// <summary>Waits until each has the first bytes of an answer, or has ended.</summary>
    /// <exception cref="TimeoutException">One has neither.</exception>
    public Task BegunAsync(TimeSpan patience) => Task.WhenAll(_clients.Select(client => Task.WhenAny(client.Begun, client.Pull))).WaitAsync(patience);

    /// <summary>Has all of them read the rest as fast as they can.</summary>
    /// <exception cref="TimeoutException">One has not ended.</exception>
    /// <exception cref="LabFailedException">One got wrong bytes.</exception>
    public Task<PullEnd[]> GoOnAsync(TimeSpan patience)
    {
        _goOn.TrySetResult();
        return Task.WhenAll(_clients.Select(client => client.Pull)).WaitAsync(patience);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private (Task Begun, Task<PullEnd> Pull) Start(Uri node, SyntheticBlob blob, Random own)
    {
        var isStalled = own.Next(2) == 0;
        var pull = new BlobPull(node, blob)
        {
            ReceiveBufferBytes = ReceiveBufferBytes,
            Pause = () => _goOn.Task.IsCompleted ? Task.CompletedTask : isStalled ? _goOn.Task : Task.Delay(own.Next(MinPauseMilliseconds, MaxPauseMilliseconds)),
        };
        return (pull.Begun, Task.Run(() => pull.RunAsync(_stop.Token)));
    }
}
