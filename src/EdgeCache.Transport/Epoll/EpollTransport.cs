using System.Buffers;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using EdgeCache.Transport.Kernel;
using EdgeCache.Transport.Output;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Transport.Epoll;

/// <summary>
/// A transport for Kestrel on Linux's epoll: one system call to receive a request and one to send a small answer. Where a listener asks for it
/// (<see cref="DirectOutputOptions.RequestsBeginInline"/>) a request is received, handled and answered on the thread that waits for the sockets. Kestrel asks
/// transports in the reverse order of their registration. Owned by the server's services.
/// </summary>
public sealed class EpollTransport : IConnectionListenerFactory, IConnectionListenerFactorySelector, IDisposable
{
    private const int MaxLoops = 16;

    /// <summary>For so many stalled clients, each at another place, the memory suffices whatever else is in it.</summary>
    private const int StalledClients = 1024;
    private const int LeastUnsentBytes = 256 << 10;

    /// <summary>What a socket takes at most by itself.</summary>
    private const int MostUnsentBytes = 4 << 20;

    private readonly Lazy<EpollLoop[]> _loops = new(() =>
        [.. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, MaxLoops)).Select(index => new EpollLoop($"epoll {index}"))]);

    private int _next;
    private int _isDisposed;

    /// <param name="maxConnections">How many there may be at once, whatever becomes of them; the next waits in the kernel's queue until one is closed. At least 1.</param>
    public EpollTransport(IMemoryPoolFactory<byte> pools, ILogger<EpollTransport> logger, int maxConnections = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(pools);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConnections, 1);
        Room = new SemaphoreSlim(maxConnections);
        Pool = pools.Create();
        Log = new EpollLog(logger);
    }

    /// <summary>Linux on x64 or Arm64.</summary>
    public static bool IsSupported => LinuxSocket.IsSupported;

    internal MemoryPool<byte> Pool { get; }

    internal EpollLog Log { get; }

    /// <summary>What is left for connections. Taken before <see cref="Open"/>, given back when the connection's socket is closed.</summary>
    internal SemaphoreSlim Room { get; }

    /// <summary>Shared by the connections of listeners without an output of their own.</summary>
    internal DirectListener Listener { get; } = new(new DirectOutputOptions());

    /// <summary>Connections that are not disposed.</summary>
    internal int Connections => _loops.IsValueCreated ? _loops.Value.Sum(loop => loop.Connections) : 0;

    /// <summary>
    /// What a socket may take beyond what its peer has room for. By itself it takes 2.3 MiB on loopback and up to 4 MiB elsewhere, and what sendfile has put there are
    /// pages of files that the kernel cannot reclaim: a few dozen stalled clients had a node in 160 MiB killed (laboratory, <c>slow-readers</c>). Less costs processor
    /// time where large bodies go to many, so that it is little only where memory is.
    /// </summary>
    internal static int MaxUnsentBytes(long memoryBytes) => (int)Math.Clamp(memoryBytes / StalledClients, LeastUnsentBytes, MostUnsentBytes);

    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => IsSupported && endpoint is IPEndPoint;

    /// <inheritdoc/>
    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    /// <exception cref="Win32Exception">The kernel has no descriptors or memory for the loops.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        // Here, where a failure ends the start, and not at the first connection.
        _ = _loops.Value;
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            // Those that are accepted inherit it.
            LinuxSocket.LimitUnsent(socket, MaxUnsentBytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
            socket.Listen(new SocketTransportOptions().Backlog);
            return ValueTask.FromResult<IConnectionListener>(new EpollListener(socket, this));
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            throw exception.SocketErrorCode == SocketError.AddressAlreadyInUse ? new AddressInUseException(exception.Message, exception) : exception;
        }
    }

    /// <summary>Ends the loops. A connection that the server could not end in time hears nothing any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        EpollLoop[] loops = _loops.IsValueCreated ? _loops.Value : [];
        Array.ForEach(loops, loop => loop.Dispose());
        if (Array.TrueForAll(loops, loop => loop.HasEnded))
        {
            // Else a handler still has the thread of a loop, and its blocks go with the process.
            Pool.Dispose();
        }
    }

    /// <exception cref="SocketException">The client has left.</exception>
    /// <exception cref="Win32Exception">The kernel watches no more sockets.</exception>
    internal EpollConnection Open(Socket accepted)
    {
        accepted.NoDelay = true;
        LinuxSocket.MakeNonBlocking(accepted.SafeHandle);
        var loops = _loops.Value;
        var loop = loops[(uint)Interlocked.Increment(ref _next) % loops.Length];
        var connection = new EpollConnection(accepted, loop, this);
        loop.Add(connection);
        return connection;
    }
}
