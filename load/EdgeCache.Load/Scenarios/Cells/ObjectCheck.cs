using System.Security.Cryptography;
using EdgeCache.Load.Http;
using EdgeCache.Load.Peers;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>Verifies once for each server and object that its bytes are right and that it comes without asking the origin. One caller at a time.</summary>
internal sealed class ObjectCheck(OriginProcess origin)
{
    /// <summary>A cache may publish a moment after its first client has all.</summary>
    private const int MaxPulls = 40;

    private const int BufferBytes = 256 << 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HashSet<(PeerServer Server, string Path)> _hits = [];

    /// <summary>Pulls until it is a hit; one that never is, is left to the count of origin requests during the measurement.</summary>
    /// <exception cref="InvalidDataException">Not a 200 with exactly the object's bytes.</exception>
    public async Task EnsureHitAsync(PeerServer server, Wanted wanted, CancellationToken cancellationToken)
    {
        if (!_hits.Add((server, wanted.Path)))
        {
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        for (var pull = 0; pull < MaxPulls; pull++)
        {
            var before = await origin.CountAsync(deadline.Token);
            var head = await PullAsync(server, wanted, deadline.Token);
            if (!head.IsNoHit && (await origin.CountAsync(deadline.Token)).Requests == before.Requests)
            {
                return;
            }

            await Task.Delay(Pause, deadline.Token);
        }
    }

    private static async Task<ResponseHead> PullAsync(PeerServer server, Wanted wanted, CancellationToken cancellationToken)
    {
        using var connection = await RegistryConnection.ConnectAsync(server.Url, BufferBytes, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var head = await connection.SendAsync(wanted.CreateRequest(server.Url), cancellationToken);
        while (await connection.ReadAsync(cancellationToken) is { IsEmpty: false } piece)
        {
            hash.AppendData(piece.Span);
        }

        return head.Status == 200 && hash.GetHashAndReset().AsSpan().SequenceEqual(wanted.Digest.Hash)
            ? head
            : throw new InvalidDataException($"{server.Name} answers {wanted.Path} with {head.Status} and {head.BodyBytes} bytes that are not the object.");
    }
}
