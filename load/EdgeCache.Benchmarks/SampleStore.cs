using EdgeCache.Core.Blobs;
using EdgeCache.Core.Eviction;
using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using EdgeCache.Core.Store;
using EdgeCache.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Benchmarks;

/// <summary>A store on a folder of its own that holds <see cref="SampleContent"/>, as a pull would have left it. Owned by one benchmark class.</summary>
internal sealed class SampleStore : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private SampleStore() => Store = CacheStore.Open(
        new StoreOptions
        {
            Path = _folder.Path,
            Eviction = new EvictionOptions { LimitBytes = 256 << 20 },
            Index = new IndexOptions { Path = string.Empty, MemoryBytes = 8 << 20 },
        },
        TimeProvider.System,
        NullLogger<CacheStore>.Instance);

    public CacheStore Store { get; }

    public static async Task<SampleStore> OpenAsync()
    {
        var sample = new SampleStore();
        await sample.Store.Loaded;
        var content = SampleContent.Instance;
        if (ManifestDocument.TryParse(content.Image.Bytes, content.Image.MediaType, out var document) != ManifestOutcome.Valid)
        {
            throw new InvalidOperationException("The sample's manifest is not valid.");
        }

        sample.Store.PutManifest(content.Repository, content.Image.Digest, content.Image.Bytes, document!); // Valid: it is set.
        sample.Store.SetTag(
            content.Repository, Reference.Parse(SampleContent.Tag), ManifestTypes.All, content.Image.Digest, document!.Type, content.Image.Bytes.Length,
            TimeSpan.Zero);
        foreach (var (digest, bytes) in content.Content.Blobs)
        {
            using var pending = sample.Store.Begin(digest, BlobPool.Blobs, bytes.Length);
            pending.Writer.Append(bytes);
            sample.Store.Publish(pending);
        }

        return sample;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _folder.Dispose();
    }
}
