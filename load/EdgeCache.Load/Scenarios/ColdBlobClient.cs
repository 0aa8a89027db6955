using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Http;

namespace EdgeCache.Load.Scenarios;

/// <summary>One of many that ask for the same blob at the same moment. Used once.</summary>
internal sealed class ColdBlobClient : IDisposable
{
    /// <summary>200 of them cost 13 MB, and a read takes what 16 jumbo segments of loopback bring.</summary>
    private const int BufferBytes = 64 << 10;

    private readonly RegistryConnection _connection;

    private ColdBlobClient(RegistryConnection connection) => _connection = connection;

    public static async Task<ColdBlobClient> ConnectAsync(Uri registry, CancellationToken cancellationToken) =>
        new(await RegistryConnection.ConnectAsync(registry, BufferBytes, cancellationToken));

    /// <summary>Waits for the start signal, pulls and checks. Never throws for what the registry does.</summary>
    /// <param name="start">Its result is the timestamp that all clients count from.</param>
    /// <param name="digest">What the body is hashed for; default: only its length is checked.</param>
    public async Task<ColdBlobSample> PullAsync(Task<long> start, ReadOnlyMemory<byte> request, Digest digest, CancellationToken cancellationToken)
    {
        var sample = new ColdBlobSample();
        using var hash = digest.IsNone ? null : IncrementalHash.CreateHash(
            digest.Algorithm == DigestAlgorithm.Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
        try
        {
            var started = await start.WaitAsync(cancellationToken);
            var head = await _connection.SendAsync(request, cancellationToken);
            sample = sample with { Status = head.Status, Cache = head.Cache };
            while (await _connection.ReadAsync(cancellationToken) is { IsEmpty: false } piece)
            {
                sample = sample with
                {
                    FirstByte = sample.Bytes == 0 ? Stopwatch.GetElapsedTime(started) : sample.FirstByte,
                    Bytes = sample.Bytes + piece.Length,
                };
                hash?.AppendData(piece.Span);
            }

            var isExact = head.Status == 200 && (hash is null || hash.GetHashAndReset().AsSpan().SequenceEqual(digest.Hash));
            return sample with { Total = Stopwatch.GetElapsedTime(started), IsExact = isExact };
        }
        catch (Exception error) when (error is SocketException or IOException or InvalidDataException or OperationCanceledException)
        {
            return sample with { Error = error.Message };
        }
    }

    public void Dispose() => _connection.Dispose();
}
