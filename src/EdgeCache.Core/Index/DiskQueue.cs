using System.Collections.Concurrent;

namespace EdgeCache.Core.Index;

/// <summary>
/// Two threads that do the index's file reads and writes. They are not the thread pool's: a request that waits for a spilled record blocks a
/// pool thread, and must not wait for another one. Owned by <see cref="CacheIndex"/>; thread-safe. Its length is bounded by the sessions
/// (one read each) and the logs' page buffers (one write a page).
/// </summary>
internal sealed class DiskQueue : IDisposable
{
    private const int ThreadCount = 2;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread[] _threads = new Thread[ThreadCount];

    public DiskQueue()
    {
        for (var i = 0; i < ThreadCount; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = "edgecache index disk" };
            _threads[i].Start();
        }
    }

    /// <summary>Queues work that throws nothing; false after Dispose.</summary>
    public bool TryAdd(Action work)
    {
        try
        {
            return _work.TryAdd(work);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Finishes what is queued, then stops the threads.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join(TimeSpan.FromSeconds(10));
        }
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
