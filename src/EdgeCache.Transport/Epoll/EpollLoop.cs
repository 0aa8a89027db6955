using EdgeCache.Transport.Kernel;

namespace EdgeCache.Transport.Epoll;

/// <summary>
/// A thread that waits for the sockets of many connections and tells each what happened to its own, on this thread: a request begins here, and whatever may wait
/// must leave for the pool. Owned by the transport; thread-safe.
/// </summary>
internal sealed class EpollLoop : IDisposable
{
    private const int MaxEvents = 512;

    /// <summary>
    /// Of the sockets that became writable at once, how many are sent to on this thread, a slice each; the others' turn is on the pool, so that a request waits 1 ms
    /// for them at most. Where clients are what limits, few become writable at once, and a change of threads for each took twice nginx's CPU for each byte.
    /// </summary>
    private const int MaxInlineSends = 2;

    /// <summary>How long a handler may still keep the thread at the end; then it is left to itself.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly EpollHandle _epoll = new(MaxEvents);
    private readonly ConnectionSlots _slots = new();
    private readonly Thread _thread;

    public EpollLoop(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.UnsafeStart();
    }

    /// <summary>Whether the thread has ended.</summary>
    public bool HasEnded => !_thread.IsAlive;

    /// <summary>Connections that were added and not removed.</summary>
    public int Connections => _slots.Count;

    /// <summary>Begins to tell a connection what happens to its socket.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The kernel watches no more sockets.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public void Add(EpollConnection connection)
    {
        _slots.Add(connection);
        try
        {
            _epoll.Watch(connection.Socket.SafeHandle, connection.Slot);
        }
        catch
        {
            _slots.Remove(connection.Slot);
            throw;
        }
    }

    /// <summary>The connection hears nothing any more, but for what the thread is telling it right now.</summary>
    /// <returns>Whether it was told before.</returns>
    public bool Remove(EpollConnection connection) => _slots.Remove(connection.Slot);

    /// <summary>Ends the thread and waits for it, but for a handler that blocks it and where it is called on this thread itself. Called once.</summary>
    public void Dispose()
    {
        _epoll.Wake();
        if (_thread != Thread.CurrentThread)
        {
            _thread.Join(EndLimit);
        }
    }

    private void Run()
    {
        using var epoll = _epoll;
        while (true)
        {
            var count = epoll.Wait();
            for (var index = 0; index < count; index++)
            {
                var (key, events) = epoll.Event(index);
                if (key == EpollHandle.WakeKey)
                {
                    return;
                }

                _slots.Find(key)?.OnEvents(events, sendsInline: index < MaxInlineSends);
            }
        }
    }
}
