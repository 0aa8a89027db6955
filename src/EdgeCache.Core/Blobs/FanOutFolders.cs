using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>
/// The 256 folders of each pool and algorithm, created when the first file needs one: a thousand folders at every start of an empty cache took seconds on a
/// slow disk. Safe for concurrent use.
/// </summary>
internal sealed class FanOutFolders(BlobPaths paths, IDisk disk)
{
    private const int FanOut = 256;
    private const int Algorithms = 2;

    /// <summary>Which folders this process knows to be durable themselves. A race does the work twice.</summary>
    private readonly bool[] _durable = new bool[2 * Algorithms * FanOut];

    /// <summary>Makes sure that a digest's folder exists, durably.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="IOException">It cannot be created or synced.</exception>
    public string Ensure(BlobPool pool, in Digest digest)
    {
        var folder = paths.Folder(pool, digest);
        var group = ((int)pool * Algorithms) + (digest.Algorithm == DigestAlgorithm.Sha512 ? 1 : 0);
        var slot = (group * FanOut) + digest.Hash[0];
        if (!Volatile.Read(ref _durable[slot]))
        {
            disk.CreateFolder(folder);
            disk.SyncFolder(paths.AlgorithmFolder(pool, digest.AlgorithmName));
            Volatile.Write(ref _durable[slot], true);
        }

        return folder;
    }
}
