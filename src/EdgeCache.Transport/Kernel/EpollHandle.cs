using System.Buffers.Binary;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Transport.Kernel;

/// <summary>
/// epoll(7), edge-triggered: which of many sockets have become readable or writable, or lost their peer. Thread-safe, but for <see cref="Wait"/>, which one
/// thread calls. A closed socket leaves by itself.
/// </summary>
internal sealed partial class EpollHandle : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Add = 1;
    private const uint EdgeTriggered = 1u << 31;
    private const int Interrupted = 4;

    private readonly SafeFileHandle _epoll;
    private readonly SafeFileHandle _wake;
    private readonly byte[] _events;

    /// <param name="maxEvents">How many <see cref="Wait"/> gives at most.</param>
    /// <exception cref="Win32Exception">The kernel has no more descriptors or memory to give.</exception>
    public EpollHandle(int maxEvents)
    {
        _epoll = new SafeFileHandle(ThrowIfFailed(Create(CloseOnExec)), ownsHandle: true);
        _wake = new SafeFileHandle(ThrowIfFailed(EventDescriptor(0, CloseOnExec | NonBlocking)), ownsHandle: true);
        _events = GC.AllocateArray<byte>(maxEvents * EventBytes, pinned: true);
        Span<byte> wake = stackalloc byte[EventBytes];
        Write(wake, (uint)EpollEvents.Readable, WakeKey);
        ThrowIfFailed(Control(_epoll, Add, _wake, ref MemoryMarshal.GetReference(wake)));
    }

    /// <summary>What <see cref="Wait"/> gives for <see cref="Wake"/>; no socket's key.</summary>
    public static ulong WakeKey => ulong.MaxValue;

    // struct epoll_event is packed on x64 only.
    private static int DataOffset => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private static int EventBytes => DataOffset + sizeof(ulong);

    /// <summary>Watches a socket until it is closed.</summary>
    /// <param name="key">Comes back with its events.</param>
    /// <exception cref="Win32Exception">The kernel has no memory or watches left.</exception>
    /// <exception cref="ObjectDisposedException">The socket or this is closed.</exception>
    public void Watch(SafeSocketHandle socket, ulong key)
    {
        Span<byte> watched = stackalloc byte[EventBytes];
        Write(watched, (uint)(EpollEvents.Readable | EpollEvents.Writable | EpollEvents.PeerClosed) | EdgeTriggered, key);
        ThrowIfFailed(Control(_epoll, Add, socket, ref MemoryMarshal.GetReference(watched)));
    }

    /// <summary>Waits until something happens, without limit: <see cref="Wake"/> ends it.</summary>
    /// <returns>How many events there are for <see cref="Event"/>.</returns>
    public int Wait()
    {
        while (true)
        {
            var count = WaitForEvents(_epoll, ref MemoryMarshal.GetArrayDataReference(_events), _events.Length / EventBytes, -1);
            if (count >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
            {
                return ThrowIfFailed(count);
            }
        }
    }

    /// <summary>An event of the last <see cref="Wait"/>.</summary>
    public (ulong Key, EpollEvents Events) Event(int index)
    {
        var one = _events.AsSpan(index * EventBytes, EventBytes);
        return (BitConverter.ToUInt64(one[DataOffset..]), (EpollEvents)BitConverter.ToUInt32(one));
    }

    /// <summary>Ends a wait, this or the next one, for good.</summary>
    public void Wake()
    {
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(one, 1);
        ThrowIfFailed((int)Write(_wake, ref MemoryMarshal.GetReference(one), sizeof(ulong)));
    }

    public void Dispose()
    {
        _epoll.Dispose();
        _wake.Dispose();
    }

    private static void Write(Span<byte> destination, uint events, ulong key)
    {
        BitConverter.TryWriteBytes(destination, events);
        BitConverter.TryWriteBytes(destination[DataOffset..], key);
    }

    private static int ThrowIfFailed(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle epoll, int operation, SafeHandle descriptor, ref byte watched);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitForEvents(SafeFileHandle epoll, ref byte events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle descriptor, ref byte bytes, nuint count);
}
