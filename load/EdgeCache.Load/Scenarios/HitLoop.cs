using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Http;
using EdgeCache.Load.Measuring;

namespace EdgeCache.Load.Scenarios;

/// <summary>
/// One connection that asks for the same object again and again, the next time when the last answer is whole. Counts only between
/// <see cref="BeginCounting"/> and <see cref="Stop"/>. One loop, controlled from one other thread.
/// </summary>
internal sealed class HitLoop : IRequestLoop
{
    private const int BufferBytes = 128 << 10;

    private readonly RegistryConnection _connection;
    private readonly ReadOnlyMemory<byte> _request;
    private readonly Digest _digest;
    private long _bytes;
    private volatile bool _isCounting;
    private volatile bool _isStopped;

    private HitLoop(RegistryConnection connection, ReadOnlyMemory<byte> request, Digest digest)
    {
        (_connection, _request, _digest) = (connection, request, digest);
    }

    public LatencyHistogram Latencies { get; } = new();

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Failures { get; private set; }

    public long NotHits { get; private set; }

    /// <param name="digest">What every body is hashed for; default: nothing is hashed.</param>
    public static async Task<HitLoop> ConnectAsync(Uri registry, ReadOnlyMemory<byte> request, Digest digest, CancellationToken cancellationToken) =>
        new(await RegistryConnection.ConnectAsync(registry, BufferBytes, cancellationToken), request, digest);

    public void BeginCounting() => _isCounting = true;

    public void Stop()
    {
        _isCounting = false;
        _isStopped = true;
        _connection.Dispose();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var hash = _digest.IsNone ? null : IncrementalHash.CreateHash(
            _digest.Algorithm == DigestAlgorithm.Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
        try
        {
            while (!_isStopped)
            {
                var started = Stopwatch.GetTimestamp();
                var head = await _connection.SendAsync(_request, cancellationToken);
                await ReadBodyAsync(hash, cancellationToken);
                var isExact = hash is null || hash.GetHashAndReset().AsSpan().SequenceEqual(_digest.Hash);
                if (_isCounting)
                {
                    Latencies.Record(Stopwatch.GetElapsedTime(started));
                    Failures += head.Status == 200 && isExact ? 0 : 1;
                    NotHits += head.IsNoHit ? 1 : 0;
                }
            }
        }
        catch (Exception error) when (error is SocketException or IOException or InvalidDataException or ObjectDisposedException or OperationCanceledException)
        {
            Failures += _isStopped ? 0 : 1;
        }
    }

    public void Dispose() => _connection.Dispose();

    private async ValueTask ReadBodyAsync(IncrementalHash? hash, CancellationToken cancellationToken)
    {
        while (await _connection.ReadAsync(cancellationToken) is { IsEmpty: false } piece)
        {
            hash?.AppendData(piece.Span);
            if (_isCounting)
            {
                Interlocked.Add(ref _bytes, piece.Length);
            }
        }
    }
}
