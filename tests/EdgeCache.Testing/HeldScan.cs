using EdgeCache.Core;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Store;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Testing;

/// <summary>
/// Holds the start's scan of a cache folder back: the store tells its logger of a file that is not its own before it looks further, and this logger does not return
/// until it is told to. Owned by the test; safe for concurrent use.
/// </summary>
public sealed class HeldScan : ILogger<CacheStore>, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _released = new();
    private readonly string _foreignFile;

    /// <param name="cache">The folder of a store that is closed.</param>
    public HeldScan(string cache)
    {
        _foreignFile = Path.Combine(new BlobPaths(cache).AlgorithmFolder(BlobPool.Blobs, BlobPaths.Algorithms[0]), "foreign");
        File.WriteAllText(_foreignFile, string.Empty);
    }

    /// <summary>Waits until the scan is held: it has seen nothing yet.</summary>
    /// <exception cref="TimeoutException">It does not begin.</exception>
    public Task ReachedAsync() => _reached.Task.WaitAsync(Limit);

    /// <summary>Lets it go on; the folder is as if it had never been held.</summary>
    public void Release()
    {
        File.Delete(_foreignFile);
        _released.Set();
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == EventIds.BlobForeignFile && _reached.TrySetResult())
        {
            _released.Wait(Limit);
        }
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose() => _released.Dispose();
}
