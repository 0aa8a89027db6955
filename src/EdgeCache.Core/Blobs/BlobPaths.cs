using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// Where things lie below the cache folder. A path is made from a parsed <see cref="Digest"/> only, so no text of a request ever reaches the file system.
/// </summary>
public sealed class BlobPaths
{
    public BlobPaths(string root) => Root = Path.GetFullPath(root);

    /// <summary>The names of the algorithms' folders.</summary>
    internal static string[] Algorithms { get; } = ["sha256", "sha512"];

    public string Root { get; }

    public string Temporary => Path.Combine(Root, "tmp");

    /// <summary>Where the bytes of unfinished fills are kept for the next fill of their digest.</summary>
    public string Partial => Path.Combine(Root, "partial");

    /// <summary>Where damaged files are kept for a while.</summary>
    public string Quarantine => Path.Combine(Root, "quarantine");

    /// <summary>How far the scrubber has come.</summary>
    public string ScrubCursor => Path.Combine(Root, "scrub.json");

    public string Index => Path.Combine(Root, "index");

    public string Layout => Path.Combine(Root, "layout.json");

    public string Lock => Path.Combine(Root, "lock");

    public string Owner => Path.Combine(Root, "owner");

    /// <summary><c>blobs</c> or <c>manifests</c>: two folders, so that a rebuild can tell them apart.</summary>
    public string Pool(BlobPool pool) => Path.Combine(Root, pool == BlobPool.Manifests ? "manifests" : "blobs");

    /// <summary>The folder of a digest: pool, algorithm, the hash's first byte.</summary>
    public string Folder(BlobPool pool, in Digest digest)
    {
        var prefix = Convert.ToHexStringLower(digest.Hash[..1]);
        return Path.Combine(AlgorithmFolder(pool, digest.AlgorithmName), prefix);
    }

    /// <summary>The final path of a digest.</summary>
    public string File(BlobPool pool, in Digest digest) => Path.Combine(Folder(pool, digest), digest.ToHex());

    /// <summary>The folder of an algorithm within a pool: <c>blobs/sha256</c>.</summary>
    internal string AlgorithmFolder(BlobPool pool, string algorithm) => Path.Combine(Pool(pool), algorithm);

    /// <summary>The folders that stand from the start on; <see cref="FanOutFolders"/> makes those below them.</summary>
    internal IEnumerable<string> AlgorithmFolders() =>
        from pool in Enum.GetValues<BlobPool>() from algorithm in Algorithms select AlgorithmFolder(pool, algorithm);
}
