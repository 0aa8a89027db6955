using System.IO.Enumeration;
using Microsoft.Extensions.Logging;

namespace EdgeCache.Core.Blobs;

/// <summary>One walk over the pools' folders. Owned by who asked for it.</summary>
internal sealed class BlobScan(BlobPaths paths, ILogger logger)
{
    /// <summary>Every published blob on disk, lazily and in no order. Files that the store did not name are reported and left alone.</summary>
    public IEnumerable<StoredBlob> Run()
    {
        foreach (var pool in Enum.GetValues<BlobPool>())
        {
            foreach (var folder in Directory.EnumerateDirectories(paths.Pool(pool)))
            {
                foreach (var blob in ScanFolder(pool, folder))
                {
                    yield return blob;
                }
            }
        }
    }

    private IEnumerable<StoredBlob> ScanFolder(BlobPool pool, string folder)
    {
        var algorithm = Path.GetFileName(folder);
        var files = new FileSystemEnumerable<(string Name, long Length, DateTimeOffset LastUsed)>(
            folder,
            static (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.Length, entry.LastWriteTimeUtc),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
        };
        foreach (var (name, length, lastUsed) in files)
        {
            if (BlobPaths.TryReadDigest(algorithm, name, out var digest))
            {
                yield return new StoredBlob(digest, pool, length, lastUsed);
            }
            else
            {
                BlobLog.ForeignFile(logger, name, folder);
            }
        }
    }
}
