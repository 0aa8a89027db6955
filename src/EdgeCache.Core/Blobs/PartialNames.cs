using EdgeCache.Core.Oci;

namespace EdgeCache.Core.Blobs;

/// <summary>The names of files with the beginning of a blob: <c>sha256-…</c>, and with a suffix while they are written. Pure.</summary>
internal static class PartialNames
{
    /// <summary>A shorter beginning is not worth a file: it is fetched again as soon.</summary>
    public const long MinBytes = 1 << 20;

    private const string Unsynced = ".unsynced";

    public static string Of(in Digest digest) => $"{digest.AlgorithmName}-{digest.ToHex()}";

    /// <summary>Of one that a process left which was killed: the system may not have made its bytes durable.</summary>
    public static string OfUnsynced(in Digest digest) => Of(digest) + Unsynced;

    public static bool IsUnsynced(string fileName) => fileName.EndsWith(Unsynced, StringComparison.Ordinal);

    /// <summary>Reads the digest out of a file's name, with or without a suffix.</summary>
    public static bool TryRead(string fileName, out Digest digest) =>
        Digest.TryParse(fileName.Split('.', 2)[0].Replace('-', ':'), out digest);
}
