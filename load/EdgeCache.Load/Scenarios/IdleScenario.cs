using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using EdgeCache.Load.Measuring;
using EdgeCache.Load.Processes;

namespace EdgeCache.Load.Scenarios;

/// <summary>A node starts on a cache of many tiny blobs and is left alone: how soon it serves and knows them all, and what memory it keeps. No origin is asked.</summary>
/// <param name="settle">How long after the load the memory is read.</param>
/// <param name="limit">How long the load may take.</param>
internal sealed class IdleScenario(NodeSettings settings, TimeSpan settle, TimeSpan limit)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Nobody listens there.</summary>
    private static readonly Uri NoOrigin = new("http://127.0.0.1:1");

    /// <exception cref="OperationCanceledException">The token, or the limit.</exception>
    public async Task<IdleFigures> RunAsync(int objects, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(settings.Folder, $"edgecache-load-{Guid.NewGuid():n}"));
        try
        {
            Fill(Path.Combine(folder.FullName, "cache"), objects, cancellationToken);
            var started = Stopwatch.GetTimestamp();
            await using var node = await NodeProcess.StartAsync(settings, NoOrigin, folder.FullName, cancellationToken);
            var listening = Stopwatch.GetElapsedTime(started);
            await WaitForIndexAsync(node, cancellationToken);
            var (loaded, cpu) = (Stopwatch.GetElapsedTime(started), ProcessTree.ReadCpu(node.Id));
            await Task.Delay(settle, cancellationToken);
            var memory = ProcessTree.ReadMemory(node.Id);
            return new IdleFigures(
                objects, listening, loaded, cpu, memory.ResidentBytes, memory.ProportionalBytes, ProcessUsage.Read(node.Id).PeakResidentBytes);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Fill(string path, int objects, CancellationToken cancellationToken)
    {
        using var folder = CacheFolder.Open(path);
        Span<byte> content = stackalloc byte[sizeof(int)];
        var made = new bool[256];
        for (var number = 0; number < objects; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            BinaryPrimitives.WriteInt32LittleEndian(content, number);
            var digest = Digest.Compute(content, DigestAlgorithm.Sha256);
            if (!made[digest.Hash[0]])
            {
                made[digest.Hash[0]] = true;
                Directory.CreateDirectory(folder.Paths.Folder(BlobPool.Blobs, digest));
            }

            File.WriteAllBytes(folder.Paths.File(BlobPool.Blobs, digest), content);
        }
    }

    private async Task WaitForIndexAsync(NodeProcess node, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        while (!await IsCompleteAsync(client, new Uri(node.AdminUrl, "/healthz/ready"), limited.Token))
        {
            await Task.Delay(Pause, limited.Token);
        }
    }

    private static async Task<bool> IsCompleteAsync(HttpClient client, Uri health, CancellationToken cancellationToken)
    {
        using var details = JsonDocument.Parse(await client.GetStringAsync(health, cancellationToken));
        return details.RootElement.GetProperty("checks").EnumerateArray()
            .Any(check => check.GetProperty("name").GetString() == "index" && check.GetProperty("detail").GetString() == "complete");
    }
}
