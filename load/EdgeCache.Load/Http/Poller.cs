using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Load.Http;

/// <summary>Tells one thread which of many sockets can be read: epoll(7), level-triggered. Linux on x64 and Arm64. Not thread-safe.</summary>
internal sealed class Poller : IDisposable
{
    private const int Add = 1;
    private const int Readable = 1;
    private const int MaxEvents = 256;

    // struct epoll_event is packed on x64 only (sys/epoll.h).
    private static readonly int TokenOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventBytes = TokenOffset + 8;

    private readonly byte[] _events = new byte[MaxEvents * EventBytes];
    private readonly SafeFileHandle _handle;

    /// <exception cref="Win32Exception">The kernel gives none.</exception>
    public Poller() => _handle = new SafeFileHandle(Check(Create(0)), ownsHandle: true);

    /// <summary>Watches a socket until it is closed.</summary>
    /// <param name="token">What <see cref="TokenAt"/> gives for it.</param>
    public void Watch(SafeSocketHandle socket, int token)
    {
        var added = new byte[EventBytes];
        BitConverter.TryWriteBytes(added, Readable);
        BitConverter.TryWriteBytes(added.AsSpan(TokenOffset), token);
        Check(Control(_handle, Add, socket, ref added[0]));
    }

    /// <summary>How many sockets can be read now, or within the time: their tokens are at 0 and up until the next call.</summary>
    public int Wait(TimeSpan timeout)
    {
        var count = WaitForEvents(_handle, ref _events[0], MaxEvents, Math.Max(0, (int)Math.Ceiling(timeout.TotalMilliseconds)));
        const int interrupted = 4;
        return count < 0 && Marshal.GetLastPInvokeError() == interrupted ? 0 : Check(count);
    }

    public int TokenAt(int index) => BitConverter.ToInt32(_events, (index * EventBytes) + TokenOffset);

    public void Dispose() => _handle.Dispose();

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static extern int Create(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static extern int Control(SafeFileHandle poller, int operation, SafeSocketHandle socket, ref byte added);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static extern int WaitForEvents(SafeFileHandle poller, ref byte events, int maxEvents, int timeoutMilliseconds);
}
