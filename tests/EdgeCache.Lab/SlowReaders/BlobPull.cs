using System.Globalization;
using System.Net.Sockets;
using System.Text;
using EdgeCache.Testing.Synthetic;

namespace EdgeCache.Lab.SlowReaders;

/// <summary>One blob pulled on a connection of its own, compared with what it should be as it comes. Not thread-safe.</summary>
internal sealed class BlobPull(Uri node, SyntheticBlob blob)
{
    private const int BufferBytes = 16 << 10;
    private const string HeadEnd = "\r\n\r\n";
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What its socket keeps of what is not read yet; 0 for as much as the system likes.</summary>
    public int ReceiveBufferBytes { get; init; }

    /// <summary>What is awaited before each piece of the body is read; null for a client that reads as fast as it can.</summary>
    public Func<Task>? Pause { get; init; }

    /// <summary>Ends when the head of an answer has come; never where none comes.</summary>
    public Task Begun => _begun.Task;

    /// <exception cref="LabFailedException">A byte is wrong, or the answer's length.</exception>
    /// <exception cref="OperationCanceledException">The token's.</exception>
    public async Task<PullEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        if (ReceiveBufferBytes > 0)
        {
            socket.ReceiveBufferSize = ReceiveBufferBytes;
        }

        try
        {
            await socket.ConnectAsync(node.Host, node.Port, cancellationToken);
            var request = $"GET /v2/lab/slow/blobs/{blob.Digest} HTTP/1.1\r\nHost: {node.Authority}\r\nConnection: close\r\n\r\n";
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
            return await ReadAsync(socket, cancellationToken);
        }
        catch (SocketException)
        {
            return PullEnd.Cut;
        }
    }

    private async Task<PullEnd> ReadAsync(Socket socket, CancellationToken cancellationToken)
    {
        var (head, bodyBytes) = await ReadHeadAsync(socket, cancellationToken);
        if (head.Length == 0)
        {
            return PullEnd.Cut;
        }

        _begun.TrySetResult();
        if (!head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
        {
            return PullEnd.Refused;
        }

        if (!head.Contains(string.Create(CultureInfo.InvariantCulture, $"\r\nContent-Length: {blob.Length}\r\n"), StringComparison.OrdinalIgnoreCase))
        {
            throw new LabFailedException($"{blob.Digest} has {blob.Length} bytes, and was announced as:\n{head}");
        }

        Compare(_buffer.AsSpan(0, bodyBytes), 0);
        for (long position = bodyBytes; position < blob.Length;)
        {
            if (Pause?.Invoke() is { IsCompleted: false } pause)
            {
                await pause.WaitAsync(cancellationToken);
            }
            else
            {
                // What has come already is read at once, and others want their turn: a client that is not let read stalls.
                await Task.Yield();
            }

            var count = await socket.ReceiveAsync(_buffer, cancellationToken);
            if (count == 0)
            {
                return PullEnd.Cut;
            }

            Compare(_buffer.AsSpan(0, count), position);
            position += count;
        }

        return PullEnd.Whole;
    }

    /// <summary>The head, empty where the connection ended before; and how many bytes of the body came with it, at the beginning of the buffer.</summary>
    private async Task<(string Head, int BodyBytes)> ReadHeadAsync(Socket socket, CancellationToken cancellationToken)
    {
        for (var filled = 0; filled < BufferBytes;)
        {
            var count = await socket.ReceiveAsync(_buffer.AsMemory(filled), cancellationToken);
            if (count == 0)
            {
                break;
            }

            filled += count;
            var text = Encoding.Latin1.GetString(_buffer, 0, filled);
            if (text.IndexOf(HeadEnd, StringComparison.Ordinal) is > 0 and var end)
            {
                var head = text[..(end + HeadEnd.Length)];
                _buffer.AsSpan(head.Length, filled - head.Length).CopyTo(_buffer);
                return (head, filled - head.Length);
            }
        }

        return (string.Empty, 0);
    }

    private void Compare(ReadOnlySpan<byte> bytes, long position)
    {
        while (bytes.Length > 0)
        {
            var expected = position < blob.Length ? blob.Read(position, bytes.Length).Span : default;
            if (expected.Length == 0 || !bytes[..expected.Length].SequenceEqual(expected))
            {
                throw new LabFailedException($"{blob.Digest} was served with wrong bytes at {position}.");
            }

            bytes = bytes[expected.Length..];
            position += expected.Length;
        }
    }
}
