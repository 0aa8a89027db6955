namespace EdgeCache.Benchmarks;

/// <summary>Threads that do the same work at the same time, the caller's own among them. Used by one caller at a time.</summary>
internal sealed class ThreadCrew : IDisposable
{
    private readonly Barrier _start;
    private readonly Barrier _end;
    private readonly Thread[] _threads;
    private Func<bool>? _work;
    private int _calls;

    public ThreadCrew(int threads)
    {
        _start = new Barrier(threads);
        _end = new Barrier(threads);
        _threads = [.. Enumerable.Range(1, threads - 1).Select(_ => new Thread(Serve) { IsBackground = true })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Returns when every thread has called the work so many times.</summary>
    public void Run(Func<bool> work, int calls)
    {
        (_work, _calls) = (work, calls);
        _start.SignalAndWait();
        Work(work);
        _end.SignalAndWait();
    }

    public void Dispose()
    {
        _work = null;
        _start.SignalAndWait();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _start.Dispose();
        _end.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            _start.SignalAndWait();
            if (_work is not { } work)
            {
                return;
            }

            Work(work);
            _end.SignalAndWait();
        }
    }

    private void Work(Func<bool> work)
    {
        for (var call = 0; call < _calls; call++)
        {
            work();
        }
    }
}
