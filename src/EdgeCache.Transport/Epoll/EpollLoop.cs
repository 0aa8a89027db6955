namespace EdgeCache.Transport.Epoll;

/// <summary>
/// A thread that waits for the sockets of many connections and tells each what happened to its own, on this thread: a request begins here, and whatever may wait
/// must leave for the pool. Owned by the transport; thread-safe.
/// </summary>
internal sealed class EpollLoop : IDisposable
{
    private const int MaxEvents = 512;

    private readonly EpollHandle _epoll = new(MaxEvents);
    private readonly ConnectionSlots _slots = new();
    private readonly Thread _thread;

    public EpollLoop(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.UnsafeStart();
    }

    /// <summary>Begins to tell a connection what happens to its socket.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The kernel watches no more sockets.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public void Add(EpollConnection connection)
    {
        connection.Slot = _slots.Add(connection);
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
    public void Remove(EpollConnection connection) => _slots.Remove(connection.Slot);

    /// <summary>Ends the thread. Called by another one, when every connection has gone.</summary>
    public void Dispose()
    {
        _epoll.Wake();
        _thread.Join();
        _epoll.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            var count = _epoll.Wait();
            for (var index = 0; index < count; index++)
            {
                var (key, events) = _epoll.Event(index);
                if (key == EpollHandle.WakeKey)
                {
                    return;
                }

                _slots.Find(key)?.OnEvents(events);
            }
        }
    }
}
