using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace EdgeCache.Load.Http;

/// <summary>The system calls of the discarding client: .NET's sockets have no way to receive without a copy. Linux on x64 and Arm64.</summary>
internal static class LinuxCalls
{
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int Truncate = 0x20;
    private const int TryAgain = 11;
    private const int Interrupted = 4;

    /// <summary>Bytes received now; 0 at the end of the stream, -1 where there are none yet.</summary>
    /// <exception cref="SocketException">The connection failed.</exception>
    public static int Receive(SafeSocketHandle socket, Span<byte> buffer) =>
        Check(ReceiveInto(socket, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length, DontWait));

    /// <summary>As <see cref="Receive"/>, but the bytes are dropped in the kernel (tcp(7), MSG_TRUNC).</summary>
    public static int Discard(SafeSocketHandle socket, int maxBytes) => Check(ReceiveNowhere(socket, 0, (nuint)maxBytes, DontWait | Truncate));

    /// <exception cref="SocketException">The connection failed, or did not take a whole request at once.</exception>
    public static void Send(SafeSocketHandle socket, byte[] bytes)
    {
        if (Check(SendFrom(socket, ref bytes[0], (nuint)bytes.Length, DontWait | NoSignal)) != bytes.Length)
        {
            throw new SocketException((int)SocketError.NoBufferSpaceAvailable);
        }
    }

    private static int Check(nint count)
    {
        if (count >= 0)
        {
            return (int)count;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is TryAgain or Interrupted ? -1 : throw new SocketException((int)SocketError.ConnectionReset, $"errno {error}");
    }

    [DllImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static extern nint ReceiveInto(SafeSocketHandle socket, ref byte buffer, nuint lengthBytes, int flags);

    [DllImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static extern nint ReceiveNowhere(SafeSocketHandle socket, nint buffer, nuint lengthBytes, int flags);

    [DllImport("libc", EntryPoint = "send", SetLastError = true)]
    private static extern nint SendFrom(SafeSocketHandle socket, ref byte buffer, nuint lengthBytes, int flags);
}
