using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace EdgeCache.Testing.Network;

/// <summary>One client's connection with its own to the target. Owned by its <see cref="FaultProxy"/>.</summary>
internal sealed class FaultProxyConnection(FaultProxy proxy, Socket client, BandwidthLimit bandwidth, TimeProvider time) : IDisposable
{
    private const int PieceBytes = 16 * 1024;

    // 1 MiB under way in each direction: at a latency of 100 ms the rate can still be 10 MiB/s.
    private const int MaxPieces = 64;

    private readonly Socket _target = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytesToClient;

    /// <summary>Completes when the proxy is done with the connection.</summary>
    public Task Done => _done.Task;

    public async Task RunAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        client.NoDelay = true;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, cancellationToken);
        try
        {
            await _target.ConnectAsync(target, linked.Token);
            await Task.WhenAll(
                CopyAsync(client, _target, isToClient: false, linked.Token),
                CopyAsync(_target, client, isToClient: true, linked.Token));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // An end of either side is the end of both.
            Reset();
        }
    }

    /// <summary>Ends both sides with a reset.</summary>
    public void Reset()
    {
        End(client);
        End(_target);
    }

    public void Dispose()
    {
        client.Dispose();
        _target.Dispose();
        _ended.Dispose();
        _done.TrySetResult();
    }

    /// <summary>Reads on one task and writes on another, so that latency delays bytes without lowering the rate.</summary>
    private async Task CopyAsync(Socket from, Socket to, bool isToClient, CancellationToken cancellationToken)
    {
        var pieces = Channel.CreateBounded<(byte[] Bytes, long Timestamp)>(MaxPieces);
        var reading = ReadAsync(from, pieces.Writer, cancellationToken);
        var writing = WriteAsync(to, pieces.Reader, isToClient, cancellationToken);
        try
        {
            await await Task.WhenAny(reading, writing);
            await Task.WhenAll(reading, writing);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Reset();
            await _ended.CancelAsync();
            await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task ReadAsync(Socket from, ChannelWriter<(byte[] Bytes, long Timestamp)> pieces, CancellationToken cancellationToken)
    {
        while (true)
        {
            var buffer = new byte[PieceBytes];
            var count = await from.ReceiveAsync(buffer, cancellationToken);
            if (count == 0)
            {
                pieces.Complete();
                return;
            }

            await pieces.WriteAsync((buffer[..count], time.GetTimestamp()), cancellationToken);
        }
    }

    private async Task WriteAsync(Socket to, ChannelReader<(byte[] Bytes, long Timestamp)> pieces, bool isToClient, CancellationToken cancellationToken)
    {
        await foreach (var (bytes, timestamp) in pieces.ReadAllAsync(cancellationToken))
        {
            var delay = proxy.DrawDelay() - time.GetElapsedTime(timestamp);
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, time, cancellationToken);
            }

            if (!proxy.State.IsHalfOpen)
            {
                await SendAsync(to, bytes, isToClient, cancellationToken);
            }
        }

        if (!proxy.State.IsHalfOpen)
        {
            to.Shutdown(SocketShutdown.Send);
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, bool isToClient, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var piece = bytes[..Math.Min(bytes.Length, isToClient ? bandwidth.PieceBytes(PieceBytes) : PieceBytes)];
            var left = isToClient && proxy.State.CutsAfterBytes is { } cut ? Math.Max(0, cut - _bytesToClient) : long.MaxValue;
            piece = piece.Length > left ? piece[..(int)left] : piece;
            if (isToClient)
            {
                await bandwidth.WaitAsync(piece.Length, cancellationToken);
            }

            proxy.Counters.CountBytes(isToClient, piece.Length);
            await SendAllAsync(to, piece, cancellationToken);
            _bytesToClient += isToClient ? piece.Length : 0;
            if (piece.Length == left)
            {
                Cut(proxy.State.CutsByReset);
            }

            bytes = bytes[piece.Length..];
        }
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await to.SendAsync(bytes, cancellationToken)..];
        }
    }

    private void Cut(bool byReset)
    {
        proxy.Counters.CountCut();
        if (!byReset)
        {
            // FIN first, so that the reset of the rest cannot overtake the bytes that were sent.
            client.Shutdown(SocketShutdown.Both);
            client.Close();
        }

        throw new OperationCanceledException("The scripted cut of the fault proxy.");
    }

    private static void End(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It has ended already.
        }

        socket.Dispose();
    }
}
