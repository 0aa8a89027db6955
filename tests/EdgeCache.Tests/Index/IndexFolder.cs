using EdgeCache.Core.Index;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeCache.Tests.Index;

/// <summary>A folder for one test's index, and things to put there. Deleted at the end.</summary>
internal sealed class IndexFolder : IDisposable
{
    public static readonly DateTimeOffset SomeTime = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public IndexFolder()
    {
        Root = Directory.CreateTempSubdirectory("edgecache-index-").FullName;
        Path = System.IO.Path.Combine(Root, "index");
    }

    public string Root { get; }

    public string Path { get; }

    public static RepositoryKey Repository(string name, string upstream = "docker.io") => new(upstream, RepositoryName.Parse(name));

    /// <summary>The digest of a number; both algorithms.</summary>
    public static Digest DigestOf(long number, DigestAlgorithm algorithm = DigestAlgorithm.Sha256) =>
        Digest.Compute(BitConverter.GetBytes(number), algorithm);

    public static LinkEntry Link(long sizeBytes) => new(ManifestTypes.None, sizeBytes, SomeTime);

    public static TagEntry Tag(in Digest digest, long sizeBytes = 7) => new(digest, ManifestTypes.OciIndex, sizeBytes, SomeTime);

    public CacheIndex Open(Func<IndexOptions, IndexOptions>? change = null, ILogger? logger = null)
    {
        // No commits, and so no compactions, of its own: the tests say when.
        var options = new IndexOptions { Path = Path, MemoryBytes = 8 << 20, CommitInterval = TimeSpan.FromHours(1) };
        return CacheIndex.Open(change?.Invoke(options) ?? options, TimeProvider.System, logger ?? NullLogger.Instance);
    }

    public async Task<CacheIndex> OpenLoadedAsync(Func<IndexOptions, IndexOptions>? change = null)
    {
        var index = Open(change);
        await index.Loaded;
        return index;
    }

    /// <summary>What a crash would leave: the files as they are while the index is open.</summary>
    public void CopyTo(IndexFolder other)
    {
        foreach (var file in JournalFiles())
        {
            var target = System.IO.Path.Combine(other.Path, System.IO.Path.GetRelativePath(Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var to = File.Create(target);
            from.CopyTo(to);
        }
    }

    public List<string> JournalFiles() =>
        [.. Directory.EnumerateDirectories(Path, "journal-*").Order().SelectMany(Directory.EnumerateFiles).Order()];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
