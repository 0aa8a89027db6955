using System.Security.Cryptography;
using EdgeCache.Core.Blobs;
using EdgeCache.Core.Oci;
using Xunit;

namespace EdgeCache.Testing.Edge;

/// <summary>What a cache folder holds, seen from outside.</summary>
internal static class CacheFiles
{
    /// <summary>The digests that files under final names claim, with their paths.</summary>
    public static IReadOnlyDictionary<Digest, string> Final(TempFolder cache) =>
        cache.ListFiles().Where(file => file.StartsWith("blobs/", StringComparison.Ordinal) || file.StartsWith("manifests/", StringComparison.Ordinal))
            .ToDictionary(file => Digest.Parse($"{file.Split('/')[1]}:{file.Split('/')[3]}"), file => cache.Combine(file));

    /// <summary>Temporary files.</summary>
    public static IReadOnlyList<string> Temporary(TempFolder cache) =>
        Directory.Exists(cache.Combine("tmp")) ? [.. Directory.EnumerateFileSystemEntries(cache.Combine("tmp"))] : [];

    /// <summary>Whether a file has the digest's final name.</summary>
    public static bool Holds(TempFolder cache, Digest digest)
    {
        var paths = new BlobPaths(cache.Path);
        return Enum.GetValues<BlobPool>().Any(pool => File.Exists(paths.File(pool, digest)));
    }

    /// <summary>Every file under a final name has the bytes that its name says. Gives their number.</summary>
    public static int AssertVerified(TempFolder cache)
    {
        var files = Final(cache);
        Assert.All(files, file => Assert.Equal(file.Key, Compute(file.Value, file.Key.Algorithm)));
        return files.Count;
    }

    /// <summary>As the file is read: it may be larger than memory.</summary>
    private static Digest Compute(string path, DigestAlgorithm algorithm)
    {
        using var file = File.OpenRead(path);
        return Digest.FromHash(algorithm, algorithm == DigestAlgorithm.Sha512 ? SHA512.HashData(file) : SHA256.HashData(file));
    }
}
