using EdgeCache.Load.Http;
using EdgeCache.Load.Peers;

namespace EdgeCache.Load.Scenarios.Cells;

/// <summary>Small cold blobs that are fetched before misses are measured: a node in use has compiled its code and opened its connections.</summary>
internal static class MissWarmUp
{
    public const long BlobBytes = 64 << 10;

    private const int Blobs = 100;
    private const int QuickBlobs = 5;

    /// <summary>What the origin must serve for it.</summary>
    public static IEnumerable<long> SizesOf(BenchSettings settings) => Enumerable.Repeat(BlobBytes, settings.IsQuick ? QuickBlobs : Blobs);

    public static async Task RunAsync(PeerServer server, IEnumerable<Wanted> cold, CancellationToken cancellationToken)
    {
        using var connection = await RegistryConnection.ConnectAsync(server.Url, (int)BlobBytes, cancellationToken);
        foreach (var blob in cold)
        {
            await connection.SendAsync(blob.CreateRequest(server.Url), cancellationToken);
            while (await connection.ReadAsync(cancellationToken) is { IsEmpty: false })
            {
                // Only its end matters.
            }
        }
    }
}
