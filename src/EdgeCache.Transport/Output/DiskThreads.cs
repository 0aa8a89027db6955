using System.Runtime.CompilerServices;

namespace EdgeCache.Transport.Output;

/// <summary>
/// The threads that may wait for a disk: a few of a listener's own, so that files that are not in memory hold up neither the pool nor, with it, those that are.
/// Who finds them all busy waits in line; each connection waits once at most. They start when there is work and end when there was none for a while. Thread-safe.
/// </summary>
internal sealed class DiskThreads(int maxThreads)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    // Protects all fields.
    private readonly object _gate = new();
    private readonly Queue<Action> _waiting = new();
    private int _threads;
    private int _idle;

    /// <summary>How many there are now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _threads;
            }
        }
    }

    /// <summary>Awaiting this goes on on one of the threads, which is given back at the next wait for something else.</summary>
    public Entry EnterAsync() => new(this);

    private void Post(Action work)
    {
        lock (_gate)
        {
            _waiting.Enqueue(work);
            if (_idle >= _waiting.Count)
            {
                Monitor.Pulse(_gate);
                return;
            }

            if (_threads == maxThreads)
            {
                return;
            }

            _threads++;
        }

        // What flows with the request that happens to start it is not the thread's.
        new Thread(Run) { IsBackground = true, Name = "EdgeCache disk" }.UnsafeStart();
    }

    private void Run()
    {
        while (TryTake(out var work))
        {
            work();
        }
    }

    private bool TryTake(out Action work)
    {
        lock (_gate)
        {
            while (!_waiting.TryDequeue(out work!)) // Read only where there is one.
            {
                _idle++;
                var isWoken = Monitor.Wait(_gate, Idle);
                _idle--;
                if (!isWoken && _waiting.Count == 0)
                {
                    _threads--;
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Awaitable, and its own awaiter.</summary>
    public readonly struct Entry(DiskThreads threads) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public Entry GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => threads.Post(continuation);

        public void UnsafeOnCompleted(Action continuation) => threads.Post(continuation);
    }
}
