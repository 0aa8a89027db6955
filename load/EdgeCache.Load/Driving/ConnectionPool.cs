using System.Collections.Concurrent;
using EdgeCache.Load.Http;

namespace EdgeCache.Load.Driving;

/// <summary>Keep-alive connections to one target, which simulated clients share. Safe for concurrent use; the owner disposes it when nothing is in flight.</summary>
internal sealed class ConnectionPool(Uri target) : IDisposable
{
    /// <summary>A read takes at most this much; the longest head is far shorter.</summary>
    private const int BufferBytes = 64 << 10;
    private const int MaxIdle = 512;

    private readonly ConcurrentStack<RegistryConnection> _idle = new();

    /// <summary>An idle connection, which its server may have closed meanwhile; null where there is none.</summary>
    public RegistryConnection? TryTake() => _idle.TryPop(out var connection) ? connection : null;

    public Task<RegistryConnection> ConnectAsync(CancellationToken cancellationToken) => RegistryConnection.ConnectAsync(target, BufferBytes, cancellationToken);

    /// <summary>Takes a connection back; one that cannot be used again is closed.</summary>
    public void Return(RegistryConnection connection)
    {
        if (connection.IsIdle && _idle.Count < MaxIdle)
        {
            _idle.Push(connection);
        }
        else
        {
            connection.Dispose();
        }
    }

    public void Dispose()
    {
        while (_idle.TryPop(out var connection))
        {
            connection.Dispose();
        }
    }
}
