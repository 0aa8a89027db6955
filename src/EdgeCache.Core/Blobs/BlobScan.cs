using System.IO.Enumeration;
using EdgeCache.Core.Oci;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Blobs;

/// <summary>One walk over the pools' folders. Owned by who asked for it; several threads may walk different folders.</summary>
internal sealed class BlobScan(BlobPaths paths, ILogger logger)
{
    /// <summary>Every published blob on disk, lazily and in no order. Files that the store did not name are reported and left alone.</summary>
    public IEnumerable<StoredBlob> Run() => Folders().SelectMany(In);

    /// <summary>The folders that files may be in, in an order that stays the same.</summary>
    public IEnumerable<BlobFolder> Folders()
    {
        foreach (var pool in Enum.GetValues<BlobPool>())
        {
            foreach (var algorithm in BlobPaths.Algorithms)
            {
                var root = new DirectoryInfo(paths.AlgorithmFolder(pool, algorithm));
                if (!root.Exists)
                {
                    continue;
                }

                foreach (var misplaced in root.EnumerateFiles())
                {
                    BlobLog.ForeignFile(logger, misplaced.Name, root.FullName);
                }

                foreach (var folder in root.EnumerateDirectories().OrderBy(folder => folder.Name, StringComparer.Ordinal))
                {
                    yield return new BlobFolder(pool, algorithm, folder.Name, folder.FullName);
                }
            }
        }
    }

    /// <summary>Every published blob whose digest begins with this byte.</summary>
    public IEnumerable<StoredBlob> WithPrefix(byte first)
    {
        var prefix = Convert.ToHexStringLower([first]);
        return Folders().Where(folder => folder.Prefix == prefix).SelectMany(In);
    }

    /// <summary>The published blobs of one folder, lazily and in no order.</summary>
    public IEnumerable<StoredBlob> In(BlobFolder folder)
    {
        var files = new FileSystemEnumerable<(Digest Digest, long Length, DateTimeOffset LastUsed, string? Foreign)>(
            folder.Path,
            (ref FileSystemEntry entry) => TryReadDigest(folder, entry.FileName, out var digest)
                ? (digest, entry.Length, entry.LastWriteTimeUtc, null)
                : (default, 0, default, entry.FileName.ToString()),
            new EnumerationOptions { AttributesToSkip = 0 })
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
        };
        foreach (var (digest, length, lastUsed, foreign) in files)
        {
            if (foreign is null)
            {
                yield return new StoredBlob(digest, folder.Pool, length, lastUsed);
            }
            else
            {
                BlobLog.ForeignFile(logger, foreign, folder.Path);
            }
        }
    }

    /// <summary>False for a file that the store did not name, or not here.</summary>
    private static bool TryReadDigest(BlobFolder folder, ReadOnlySpan<char> name, out Digest digest)
    {
        digest = default;
        Span<char> text = stackalloc char[Digest.MaxTextLength];
        return name.StartsWith(folder.Prefix, StringComparison.Ordinal)
            && text.TryWrite($"{folder.Algorithm}:{name}", out var length)
            && Digest.TryParse(text[..length], out digest);
    }
}
