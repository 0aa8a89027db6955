using EdgeCache.Core.Eviction;
using EdgeCache.Core.Fill;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Lab.Work;

/// <summary>Store and fills over a real folder, without HTTP: what an experiment breaks. Safe for concurrent use.</summary>
internal sealed class LabNode : IAsyncDisposable
{
    private static readonly RepositoryKey Repository = new("docker.io", RepositoryName.Parse("lab/work"));
    private readonly FillTable _fills;

    public LabNode(string folder, LabContent content, long limitBytes)
    {
        Store = CacheStore.Open(
            new StoreOptions
            {
                Path = folder,
                Eviction = new EvictionOptions { LimitBytes = limitBytes },
                Disk = new DiskOptions { MinFreeBytes = 0, MinFreeFiles = 0 },
                Scrub = new ScrubOptions { Period = TimeSpan.Zero },
                Index = new IndexOptions { Path = string.Empty, MemoryBytes = IndexOptions.MinMemoryBytes, CommitInterval = TimeSpan.FromMilliseconds(10) },
            },
            TimeProvider.System,
            NullLogger<CacheStore>.Instance);
        _fills = new FillTable(new LabOrigin(content), Store, new FillOptions { PieceBytes = 64 * 1024 }, TimeProvider.System, NullLogger<FillTable>.Instance);
    }

    public CacheStore Store { get; }

    /// <summary>Fills in progress.</summary>
    public int ActiveFills => _fills.Active;

    /// <summary>Whether a digest is being fetched or published.</summary>
    public bool IsFilling(Digest digest) => _fills.IsRunning(digest);

    /// <summary>Pulls a blob, from the store or by a fill; null where it could not be had whole.</summary>
    /// <param name="pause">What a slow client does between two reads of a growing file.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public async Task<byte[]?> PullAsync(Digest digest, Func<Task>? pause = null)
    {
        using (var stored = await Store.AcquireContentAsync(digest, CancellationToken.None))
        {
            if (!stored.IsNone)
            {
                var bytes = new byte[stored.SizeBytes];
                if (stored.Memory is { } memory)
                {
                    return memory.ToArray();
                }

                return stored.Lease is { } lease && await lease.ReadAsync(bytes, 0, CancellationToken.None) == bytes.Length ? bytes : null;
            }
        }

        return _fills.JoinOrStart(Repository, digest, linked: false, -1, FetchScope.Anywhere, out var reader) switch
        {
            JoinOutcome.Stored => await PullAsync(digest, pause),
            JoinOutcome.Joined when reader is not null => await FollowAsync(reader, pause),
            _ => null,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _fills.DisposeAsync();
        await Store.DisposeAsync();
    }

    private static async Task<byte[]?> FollowAsync(FillReader reader, Func<Task>? pause)
    {
        using (reader)
        {
            var bytes = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var progress = await reader.WaitAsync(bytes.Length, CancellationToken.None);
                if (progress.State == FillState.Failed)
                {
                    return null;
                }

                var count = (int)Math.Min(buffer.Length, progress.VisibleBytes - bytes.Length);
                bytes.Write(buffer, 0, count > 0 ? await reader.Lease.ReadAsync(buffer.AsMemory(0, count), bytes.Length, CancellationToken.None) : 0);
                if (progress.State == FillState.Verified && bytes.Length == progress.TotalBytes)
                {
                    return bytes.ToArray();
                }

                if (pause is not null)
                {
                    await pause();
                }
            }
        }
    }
}
