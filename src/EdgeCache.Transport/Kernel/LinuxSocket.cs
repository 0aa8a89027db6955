using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace EdgeCache.Transport.Kernel;

/// <summary>
/// recv(2), send(2) and sendfile(2) on a non-blocking socket. Every call holds the handles it works on, so that a descriptor cannot be closed and given to another
/// connection meanwhile; the numbers are those of Linux on x64 and Arm64.
/// </summary>
internal static partial class LinuxSocket
{
    /// <summary>What <see cref="Receive"/> gives where there is nothing yet.</summary>
    public const int NothingYet = -1;

    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;
    private const int DontWait = 0x40;
    private const int Truncate = 0x20;
    private const int NoSignal = 0x4000;
    private const int More = 0x8000;
    private const int ProtocolTcp = 6;
    private const int TcpInformation = 11;

    /// <summary>Where struct tcp_info holds tcpi_bytes_acked (linux/tcp.h; since Linux 4.1).</summary>
    private const int BytesAckedOffset = 120;

    private const int Interrupted = 4;
    private const int NoMemory = 12;
    private const int TryAgain = 11;
    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;
    private const int NotSupported = 95;
    private const int InputOutput = 5;
    private const int Stale = 116;
    private const int Overflow = 75;

    public static bool IsSupported { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Whether the runtime has made the socket non-blocking, which it does at the first asynchronous call.</summary>
    public static bool IsNonBlocking(Socket socket)
    {
        try
        {
            return Fcntl(socket.SafeHandle, GetFlags, 0) is var flags && flags >= 0 && (flags & NonBlocking) != 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <exception cref="SocketException">The socket has failed.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public static void MakeNonBlocking(SafeSocketHandle socket)
    {
        var flags = Fcntl(socket, GetFlags, 0);
        if (flags < 0 || Fcntl(socket, SetFlags, flags | NonBlocking) < 0)
        {
            throw new SocketException();
        }
    }

    /// <summary>Bounds what a TCP socket, and those that it accepts, take beyond what their peer has room for (TCP_NOTSENT_LOWAT); nothing happens to others.</summary>
    public static void LimitUnsent(Socket socket, int maxBytes)
    {
        const int Tcp = 6; // IPPROTO_TCP
        const int UnsentLimit = 25; // TCP_NOTSENT_LOWAT
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.SetRawSocketOption(Tcp, UnsentLimit, BitConverter.GetBytes(maxBytes));
        }
    }

    /// <summary>Takes what the socket has now.</summary>
    /// <returns>How many bytes; 0 where the connection has ended, for whatever reason; <see cref="NothingYet"/>.</returns>
    public static unsafe int Receive(SafeSocketHandle socket, Span<byte> room)
    {
        try
        {
            fixed (byte* start = room)
            {
                while (true)
                {
                    var count = ReceiveBytes(socket, start, (nuint)room.Length, DontWait);
                    if (count >= 0)
                    {
                        return (int)count;
                    }

                    var error = Marshal.GetLastPInvokeError();
                    if (error != Interrupted)
                    {
                        return error == TryAgain ? NothingYet : 0;
                    }
                }
            }
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    /// <summary>Drops what the socket has now, up to so many bytes.</summary>
    public static unsafe void Discard(SafeSocketHandle socket, int maxBytes)
    {
        // Of a stream, MSG_TRUNC drops what it would give (tcp(7)).
        _ = ReceiveBytes(socket, null, (nuint)maxBytes, DontWait | Truncate);
    }

    /// <summary>Sends what the socket takes now of the bytes and of those behind them, with one call: the head and a body that is in memory.</summary>
    /// <param name="next">May be empty.</param>
    /// <param name="more">Whether more follows at once, so that the kernel may wait for it with a segment that is not full.</param>
    public static unsafe SendStatus Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> next, bool more, out int sentBytes)
    {
        sentBytes = 0;
        try
        {
            var flags = DontWait | NoSignal | (more ? More : 0);
            fixed (byte* start = bytes, nextStart = next)
            {
                var vectors = stackalloc IoVector[2] { new(start, (nuint)bytes.Length), new(nextStart, (nuint)next.Length) };
                var message = new MessageHeader { Vectors = vectors, VectorCount = 2 };
                while (true)
                {
                    var count = next.IsEmpty ? Send(socket, start, (nuint)bytes.Length, flags) : SendMessage(socket, &message, flags);
                    if (count >= 0)
                    {
                        sentBytes = (int)count;
                        return SendStatus.Sent;
                    }

                    var error = Marshal.GetLastPInvokeError();
                    if (error != Interrupted)
                    {
                        return error == TryAgain ? SendStatus.Full : SendStatus.PeerGone;
                    }
                }
            }
        }
        catch (ObjectDisposedException)
        {
            return SendStatus.PeerGone;
        }
    }

    /// <summary>Sends what the socket takes now of a file; zero bytes are the file's end.</summary>
    public static SendStatus SendFile(SafeSocketHandle socket, SafeFileHandle file, long offset, int lengthBytes, out int sentBytes)
    {
        sentBytes = 0;
        try
        {
            while (true)
            {
                var position = offset;
                var count = SendFile(socket, file, ref position, (nuint)lengthBytes);
                if (count >= 0)
                {
                    sentBytes = (int)count;
                    return SendStatus.Sent;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error != Interrupted)
                {
                    return Classify(error);
                }
            }
        }
        catch (ObjectDisposedException)
        {
            return socket.IsClosed ? SendStatus.PeerGone : SendStatus.FileFailed;
        }
    }

    /// <summary>How much the peer has acknowledged since the connection began; 0 where the kernel does not tell.</summary>
    public static long ReadAckedBytes(Socket socket)
    {
        Span<byte> information = stackalloc byte[BytesAckedOffset + sizeof(long)];
        try
        {
            var length = socket.GetRawSocketOption(ProtocolTcp, TcpInformation, information);
            return length < information.Length ? 0 : BinaryPrimitives.ReadInt64LittleEndian(information[BytesAckedOffset..]);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    private static SendStatus Classify(int error) => error switch
    {
        TryAgain => SendStatus.Full,
        // A file system without sendfile, or no kernel memory for a pipe.
        InvalidArgument or NotImplemented or NotSupported or NoMemory => SendStatus.OnlyCopies,
        InputOutput or Stale or Overflow => SendStatus.FileFailed,
        _ => SendStatus.PeerGone,
    };

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeSocketHandle socket, int command, int argument);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static unsafe partial nint ReceiveBytes(SafeSocketHandle socket, byte* start, nuint lengthBytes, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Send(SafeSocketHandle socket, byte* start, nuint lengthBytes, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static unsafe partial nint SendMessage(SafeSocketHandle socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint SendFile(SafeSocketHandle socket, SafeFileHandle file, ref long offset, nuint lengthBytes);

    /// <summary>struct msghdr, as glibc and musl lay it out on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct MessageHeader
    {
        public void* Name;
        public nuint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public nint Flags;
    }
}
