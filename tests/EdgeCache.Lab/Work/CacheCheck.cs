using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;

namespace EdgeCache.Lab.Work;

/// <summary>What lies in a cache folder, seen without the store.</summary>
internal static class CacheCheck
{
    /// <summary>The digests that stand under final names; each file's bytes are what its name says.</summary>
    /// <exception cref="LabFailedException">One has other bytes.</exception>
    public static IReadOnlySet<Digest> VerifyFiles(string folder)
    {
        var found = new HashSet<Digest>();
        var paths = new BlobPaths(folder);
        foreach (var path in Enum.GetValues<BlobPool>().Select(paths.Pool).Where(Directory.Exists).SelectMany(pool => Directory.EnumerateFiles(pool, "*", SearchOption.AllDirectories)))
        {
            var digest = Digest.Parse($"sha256:{Path.GetFileName(path)}");
            if (Digest.Compute(File.ReadAllBytes(path), DigestAlgorithm.Sha256) != digest)
            {
                throw new LabFailedException($"The {new FileInfo(path).Length} bytes of {path} are not what its name says.");
            }

            found.Add(digest);
        }

        return found;
    }

    /// <summary>Opens the store, as the next start of a node does, and pulls everything: all of it must come, right, and nothing temporary stay.</summary>
    /// <exception cref="LabFailedException">Not all is well.</exception>
    public static async Task VerifyRestartAsync(string folder, LabContent content, long limitBytes)
    {
        await using (var node = new LabNode(folder, content, limitBytes))
        {
            await node.Store.Loaded;
            foreach (var digest in content.Digests)
            {
                if (await node.PullAsync(digest) is not { } bytes || !bytes.AsSpan().SequenceEqual(content.Find(digest)))
                {
                    throw new LabFailedException($"After the restart {digest} is not served, or with wrong bytes.");
                }
            }
        }

        if (Directory.GetFileSystemEntries(new BlobPaths(folder).Temporary) is { Length: > 0 } left)
        {
            throw new LabFailedException($"Temporary files are left after a restart: {string.Join(", ", left)}.");
        }
    }
}
